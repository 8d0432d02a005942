// docker stack …, docker secret … and docker config …
#include <algorithm>
#include <map>

#include "runtime/catalog.h"
#include "words/tables.h"
#include "world/docker_client.h"

namespace glasshive::world {

using words::Verb;

namespace {
constexpr const char* stack_label = "com.docker.stack.namespace";

swarm::FileKind kind_of(Verb verb) {
    return verb == Verb::config_create || verb == Verb::config_rm ? swarm::FileKind::config
                                                                  : swarm::FileKind::secret;
}
}   // namespace

void DockerClient::deploy_files(DockerPlan& plan, swarm::FileKind kind,
                                const std::vector<swarm::FileObjectSpec>& files) {
    for (const swarm::FileObjectSpec& spec : files) {
        const NameId name = kernel_.names().find(spec.name);
        const bool known = name.valid() && store().find_file(kind, name) != nullptr;
        if (spec.external && !known) {
            plan.err += std::string(to_text(kind)) + " not found: " + spec.name + "\n";
            plan.exit_code = 1;
        }
        if (spec.external || known) continue;
        plan.acts.emplace_back([this, kind, spec] {
            managers_.leader()->create_file(kind, spec);
            return "Creating " + std::string(to_text(kind)) + " " + spec.name + "\n";
        });
    }
}

/// Services of the stack that its file does not name any more.
void DockerClient::prune(DockerPlan& plan, const std::string& name,
                         const swarm::StackSpec& stack) {
    for (const swarm::Service& service : store().services()) {
        const auto label = service.spec->labels.find(stack_label);
        const bool own = label != service.spec->labels.end() && label->second == name;
        const bool kept = std::any_of(
            stack.services.begin(), stack.services.end(),
            [&](const swarm::ServiceSpec& spec) { return spec.name == service.spec->name; });
        if (service.removed || !own || kept) continue;
        plan.acts.emplace_back([this, id = service.id, said = service.spec->name] {
            managers_.leader()->remove_service(id);
            return "Removing service " + said + "\n";
        });
    }
}

void DockerClient::deploy_service(DockerPlan& plan, const swarm::ServiceSpec& declared) {
    const NameId name = kernel_.names().find(declared.name);
    const swarm::Service* known = name.valid() ? store().find_service(name) : nullptr;
    const std::string problem = port_conflict(declared, known);
    if (!problem.empty()) {
        plan.err += "failed to " + std::string(known == nullptr ? "create" : "update") +
                    " service " + declared.name + ": " + daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    swarm::ServiceSpec spec = declared;
    spec.task.container.image = runtime::with_tag(spec.task.container.image);
    if (known == nullptr) {
        plan.acts.emplace_back([this, spec] {
            managers_.leader()->create_service(spec);
            return "Creating service " + spec.name + "\n";
        });
        return;
    }
    const std::string& before = known->spec->task.container.image;
    if (runtime::with_tag(before) == spec.task.container.image) {
        spec.task.container.image = before;
    }
    // How an application behaves is no part of the file.
    spec.task.container.behaviour = known->spec->task.container.behaviour;
    plan.acts.emplace_back([this, spec, id = known->id] {
        managers_.leader()->update_service(id, spec);
        return "Updating service " + spec.name + " (id: " +
               id_of(swarm::ObjectKind::service, id.value) + ")\n";
    });
}

/// Source: docker/cli cli/command/stack/swarm/deploy_composefile.go.
void DockerClient::deploy_stack(DockerPlan& plan, const words::StackDeploy& command,
                                const swarm::StackSpec& stack) {
    if (!deploy_networks(plan, stack.networks)) return;
    deploy_files(plan, swarm::FileKind::secret, stack.secrets);
    deploy_files(plan, swarm::FileKind::config, stack.configs);
    if (plan.exit_code != 0) {
        plan.acts.clear();
        return;
    }
    if (command.prune) prune(plan, command.stack, stack);
    for (const swarm::ServiceSpec& declared : stack.services) {
        if (plan.exit_code == 0) deploy_service(plan, declared);
    }
}

void DockerClient::remove_stacks(DockerPlan& plan, const words::Names& command) {
    for (const std::string& stack : command.names) {
        bool any = false;
        for (const swarm::Service& service : store().services()) {
            const auto label = service.spec->labels.find(stack_label);
            const bool own = label != service.spec->labels.end() && label->second == stack;
            if (service.removed || !own) continue;
            any = true;
            plan.acts.emplace_back([this, id = service.id, said = service.spec->name] {
                managers_.leader()->remove_service(id);
                return "Removing service " + said + "\n";
            });
        }
        for (const swarm::FileObject& file : store().files()) {
            const auto label = file.spec->labels.find(stack_label);
            const bool own = label != file.spec->labels.end() && label->second == stack;
            if (file.removed || !own) continue;
            any = true;
            plan.acts.emplace_back([this, id = file.id] {
                const swarm::FileObject& gone = store().files()[id.index()];
                managers_.leader()->remove_file(id);
                return "Removing " + std::string(to_text(gone.kind)) + " " + gone.spec->name +
                       "\n";
            });
        }
        for (const swarm::Network& network : store().networks()) {
            const auto label = network.spec->labels.find(stack_label);
            const bool own = label != network.spec->labels.end() && label->second == stack;
            if (network.removed || !own) continue;
            any = true;
            plan.acts.emplace_back([this, id = network.id, said = network.spec->name] {
                managers_.leader()->remove_network(id);
                return "Removing network " + said + "\n";
            });
        }
        if (!any) plan.err += "Nothing found in stack: " + stack + "\n";
    }
}

void DockerClient::list_stacks(DockerPlan& plan) {
    std::map<std::string, std::uint64_t> services;
    for (const swarm::Service& service : store().services()) {
        const auto label = service.spec->labels.find(stack_label);
        if (!service.removed && label != service.spec->labels.end()) ++services[label->second];
    }
    std::vector<words::StackRow> rows;
    for (const auto& [name, count] : services) rows.push_back({name, count});
    plan.out = words::stack_table(std::move(rows));
}

// --- Secrets and configs -------------------------------------------------------------------------

/// Source: swarmkit api/validation/secrets.go, manager/controlapi/secret.go.
void DockerClient::create_file(DockerPlan& plan, const words::Command& command,
                               const std::string& content) {
    const auto& create = std::get<words::FileObjectCreate>(command.what);
    const swarm::FileKind kind = kind_of(command.verb);
    const std::size_t most = (kind == swarm::FileKind::secret ? 500U : 1000U) * 1024U;
    const NameId name = kernel_.names().find(create.name);
    std::string problem;
    if (content.empty() || content.size() >= most) {
        problem = std::string("rpc error: code = InvalidArgument desc = ") + to_text(kind) +
                  " data must be larger than 0 and less than " + std::to_string(most) + " bytes";
    } else if (name.valid() && store().find_file(kind, name) != nullptr) {
        problem = std::string("rpc error: code = AlreadyExists desc = ") + to_text(kind) + " " +
                  create.name + " already exists";
    }
    if (!problem.empty()) {
        plan.err = daemon_error(problem);
        plan.exit_code = 1;
        return;
    }
    plan.acts.emplace_back([this, kind, spec = swarm::FileObjectSpec{
                                            .name = create.name, .data = content,
                                            .labels = create.labels}] {
        const auto id = managers_.leader()->create_file(kind, spec);
        return id ? id_of(swarm::ObjectKind::file, id->value) + "\n" : std::string();
    });
}

void DockerClient::remove_files(DockerPlan& plan, const words::Command& command) {
    const swarm::FileKind kind = kind_of(command.verb);
    for (const std::string& said : std::get<words::Names>(command.what).names) {
        const NameId name = kernel_.names().find(said);
        const swarm::FileObject* file = name.valid() ? store().find_file(kind, name) : nullptr;
        std::string problem =
            file == nullptr ? std::string(to_text(kind)) + " " + said + " not found" : "";
        std::string users;
        for (const swarm::Service& service : store().services()) {
            const swarm::ContainerSpec& container = service.spec->task.container;
            const auto& references =
                kind == swarm::FileKind::secret ? container.secrets : container.configs;
            const bool uses = std::any_of(
                references.begin(), references.end(),
                [&](const swarm::FileReference& each) { return each.source == said; });
            if (!service.removed && uses) users += (users.empty() ? "" : ", ") + service.spec->name;
        }
        if (problem.empty() && !users.empty()) {
            const bool several = users.find(',') != std::string::npos;
            problem = std::string("rpc error: code = InvalidArgument desc = ") + to_text(kind) +
                      " '" + said + "' is in use by the following service" +
                      (several ? "s: " : ": ") + users;
        }
        if (!problem.empty()) {
            plan.err += daemon_error(problem);
            plan.exit_code = 1;
            continue;
        }
        plan.acts.emplace_back([this, id = file->id, said] {
            managers_.leader()->remove_file(id);
            return said + "\n";
        });
    }
}

void DockerClient::list_files(DockerPlan& plan, swarm::FileKind kind) {
    std::vector<std::vector<std::string>> rows{{"ID", "NAME", "CREATED", "UPDATED"}};
    if (kind == swarm::FileKind::secret) rows[0].insert(rows[0].begin() + 2, "DRIVER");
    for (const swarm::FileObject& file : store().files()) {
        if (file.removed || file.kind != kind) continue;
        const std::string age =
            words::human_duration(kernel_.now() - file.created_at) + " ago";
        std::vector<std::string> row{id_of(swarm::ObjectKind::file, file.id.value),
                                     file.spec->name, age, age};
        if (kind == swarm::FileKind::secret) row.insert(row.begin() + 2, "");
        rows.push_back(std::move(row));
    }
    plan.out = words::columns(rows);
}

}   // namespace glasshive::world
