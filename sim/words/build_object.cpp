// docker secret, config, network and volume.
#include "words/builders.h"

namespace glasshive::words {

namespace {

Command made(Verb verb, decltype(Command::what) what) {
    return {verb, std::move(what), "", "", {}};
}

Built file_object(Verb verb, const Flags& flags) {
    FileObjectCreate what;
    what.name = flags.arguments[0];
    what.labels = map_of(flags.pairs("label"));
    what.template_driver = flags.text("template-driver");
    if (flags.arguments.size() > 1) what.file = flags.arguments[1];
    // cli/command/secret/create.go: a driver of its own needs no file, which is not simulated.
    if (what.file.empty()) return Refused{"secret file is required"};
    return made(verb, std::move(what));
}

Built network_create(const Flags& flags) {
    NetworkCreate what;
    what.spec.name = flags.arguments[0];
    what.spec.driver = flags.last("driver").value_or("bridge");
    what.spec.attachable = flags.toggle("attachable");
    what.spec.internal = flags.toggle("internal");
    what.ingress = flags.toggle("ingress");
    what.spec.labels = map_of(flags.pairs("label"));
    what.spec.driver_options = map_of(flags.pairs("opt"));
    what.spec.subnet = flags.text("subnet");
    what.gateway = flags.text("gateway");
    const bool orphan = !what.gateway.empty() && what.spec.subnet.empty();
    if (orphan) return Refused{"every ip-range or gateway must have a corresponding subnet"};
    return made(Verb::network_create, std::move(what));
}

Command network_connect(Verb verb, const Flags& flags) {
    NetworkConnect what;
    what.connect = verb == Verb::network_connect;
    what.network = flags.arguments[0];
    what.container = flags.arguments[1];
    if (what.connect) what.aliases = flags.all("alias");
    if (!what.connect) what.force = flags.toggle("force");
    return made(verb, std::move(what));
}

Built volume_create(const Flags& flags) {
    VolumeCreate what;
    what.spec.name = flags.text("name");
    what.spec.driver = flags.last("driver").value_or("local");
    what.spec.labels = map_of(flags.pairs("label"));
    what.spec.driver_options = map_of(flags.pairs("opt"));
    if (!flags.arguments.empty()) {
        if (!what.spec.name.empty()) {
            return Refused{"conflicting options: cannot specify a volume-name through both --name "
                           "and as a positional arg"};
        }
        what.spec.name = flags.arguments[0];
    }
    return made(Verb::volume_create, std::move(what));
}

}   // namespace

Built build_object(Verb verb, const Flags& flags) {
    switch (verb) {
        case Verb::secret_create:
        case Verb::config_create: return file_object(verb, flags);
        case Verb::network_create: return network_create(flags);
        case Verb::network_connect:
        case Verb::network_disconnect: return network_connect(verb, flags);
        case Verb::volume_create: return volume_create(flags);
        case Verb::secret_rm:
        case Verb::config_rm:
        case Verb::network_rm:
        case Verb::network_prune:
        case Verb::volume_rm:
        case Verb::volume_prune: return names(verb, flags);
        default: return look(verb, flags);
    }
}

}   // namespace glasshive::words
