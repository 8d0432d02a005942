// docker image, system, inspect and version.
#include "words/builders.h"

namespace glasshive::words {

namespace {

Command image_build(const Flags& flags) {
    ImageBuild what;
    what.context = flags.arguments[0];
    what.file = flags.text("file");
    what.tags = flags.all("tag");
    what.arguments = flags.pairs("build-arg");
    what.labels = flags.pairs("label");
    what.target = flags.text("target");
    what.no_cache = flags.toggle("no-cache");
    what.pull = flags.toggle("pull");
    what.quiet = flags.toggle("quiet");
    return {Verb::image_build, std::move(what), "", "", {}};
}

}   // namespace

Built build_image(Verb verb, const Flags& flags) {
    switch (verb) {
        case Verb::image_build: return image_build(flags);
        case Verb::image_pull:
        case Verb::image_push:
        case Verb::image_tag:
        case Verb::image_rm:
        case Verb::image_prune:
        case Verb::system_prune: return names(verb, flags);
        case Verb::system_events: return logs(verb, flags);
        default: return look(verb, flags);
    }
}

}   // namespace glasshive::words
