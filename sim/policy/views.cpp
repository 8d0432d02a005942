#include "policy/views.h"

#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

namespace glasshive::policy {

namespace {

using script::Arguments;
using script::Out;
using script::ViewField;
using script::ViewMethod;
using swarm::Needs;
using swarm::NodeInfo;

/// The name of one model, where it has one.
void gpu_model_out(swarm::GpuModels model, const Needs& needs, Out& out) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(model));
    if (needs.gpu_models == nullptr || bit >= needs.gpu_models->size())
        out.nothing();
    else
        out.text((*needs.gpu_models)[bit]);
}

/// The models that are named, as a set: `models.T4`. Empty: any.
void models_out(swarm::GpuModels models, const Needs& needs, Out& out) {
    std::vector<std::pair<std::string, script::Value>> named;
    const std::size_t known = needs.gpu_models != nullptr ? needs.gpu_models->size() : 0;
    for (std::size_t bit = 0; bit < known; ++bit) {
        if ((models >> bit & 1) != 0) named.emplace_back((*needs.gpu_models)[bit], true);
    }
    out.record(named);
}

// --- One node ------------------------------------------------------------------------------------

const NodeInfo& node_of(const void* object) { return *static_cast<const NodeView*>(object)->node; }

std::int64_t service_tasks(const NodeInfo& node, const Needs& needs) {
    return node.active_of(needs.service);
}

const std::string* label_of(const NodeInfo& node, std::string_view name) {
    const auto found = node.config->labels.find(std::string(name));
    return found == node.config->labels.end() ? nullptr : &found->second;
}

void label_out(const NodeInfo& node, std::string_view name, Out& out) {
    const std::string* label = label_of(node, name);
    if (label == nullptr)
        out.nothing();
    else
        out.text(*label);
}

constexpr std::array node_fields{
    ViewField{"hostname", "text", "The node's name.",
              [](const void* o, Out& out) { out.text(node_of(o).config->hostname); }},
    ViewField{"nano_cpus", "integer", "CPUs it has, in billionths of one.",
              [](const void* o, Out& out) { out.integer(node_of(o).config->cpus.count); }},
    ViewField{"nano_cpus_free", "integer", "CPUs that no task reserves, in billionths of one.",
              [](const void* o, Out& out) { out.integer(node_of(o).cpus_free.count); }},
    ViewField{"memory", "integer", "Bytes it has.",
              [](const void* o, Out& out) { out.integer(node_of(o).config->memory.count); }},
    ViewField{"memory_free", "integer", "Bytes that no task reserves.",
              [](const void* o, Out& out) { out.integer(node_of(o).memory_free.count); }},
    ViewField{"tasks", "integer", "Active tasks there.",
              [](const void* o, Out& out) { out.integer(node_of(o).active); }},
    ViewField{"service_tasks", "integer", "Active tasks there of the task's service.",
              [](const void* o, Out& out) {
                  const auto& view = *static_cast<const NodeView*>(o);
                  out.integer(service_tasks(*view.node, *view.needs));
              }},
    ViewField{"available", "boolean", "READY and ACTIVE.",
              [](const void* o, Out& out) { out.boolean(node_of(o).available); }},
    ViewField{"role", "text", "manager or worker.",
              [](const void* o, Out& out) {
                  const bool manages = node_of(o).config->role == swarm::NodeRole::manager;
                  out.text(manages ? "manager" : "worker");
              }},
    ViewField{"labels", "table of texts", "Its labels; zone and rack are always there.",
              [](const void* o, Out& out) { out.texts(node_of(o).config->labels); }},
    ViewField{"generic", "table of integers", "Generic resources it has, e.g. generic.gpu.",
              [](const void* o, Out& out) { out.integers(node_of(o).config->generic); }},
    ViewField{"generic_free", "table of integers", "Generic resources that no task reserves.",
              [](const void* o, Out& out) { out.integers(node_of(o).generic_free); }},
    ViewField{"gpus_left", "list of integers",
              "Thousandths of each of its GPUs that no task has; of the generic resource gpu, or "
              "of a trace.",
              [](const void* o, Out& out) {
                  const swarm::Gpus& gpus = node_of(o).gpus;
                  out.list(gpus.count,
                           [&](std::size_t i, Out& each) { each.integer(gpus.left[i]); });
              }},
    ViewField{"gpu_milli_left", "integer", "All of those together.",
              [](const void* o, Out& out) { out.integer(node_of(o).gpus.total_left()); }},
    ViewField{"gpu_model", "text or nil", "The model of its GPUs, where a trace names it.",
              [](const void* o, Out& out) {
                  const auto& view = *static_cast<const NodeView*>(o);
                  gpu_model_out(view.node->gpus.model, *view.needs, out);
              }},
    ViewField{"gpu_tasks", "list of integers",
              "How many tasks there have one whole GPU each, two, three, … sixteen.",
              [](const void* o, Out& out) {
                  const swarm::Gpus& gpus = node_of(o).gpus;
                  out.list(swarm::gpus_most,
                           [&](std::size_t i, Out& each) { each.integer(gpus.tasks[i + 1]); });
              }},
    ViewField{"gpu_share_tasks", "integer", "How many tasks there have a share of one GPU.",
              [](const void* o, Out& out) { out.integer(node_of(o).gpus.tasks[0]); }},
};

constexpr std::array node_methods{
    ViewMethod{"label", "(name)", "text or nil", "One label, cheaper than the whole table.",
               [](const void* o, const Arguments& arguments, Out& out) {
                   label_out(node_of(o), arguments.text(0), out);
               }},
};

// --- Several nodes, as columns -------------------------------------------------------------------

template <class Read>
void column(const void* object, Out& out, Read read) {
    const auto& view = *static_cast<const NodesView*>(object);
    out.list(view.nodes.size(),
             [&](std::size_t i, Out& each) { read(view, *view.nodes[i], each); });
}

constexpr std::array nodes_fields{
    ViewField{"count", "integer", "How many nodes these are.",
              [](const void* o, Out& out) {
                  const auto& view = *static_cast<const NodesView*>(o);
                  out.integer(static_cast<std::int64_t>(view.nodes.size()));
              }},
    ViewField{"hostname", "list of texts", "See node; so the others.",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.text(node.config->hostname);
                  });
              }},
    ViewField{"nano_cpus", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.integer(node.config->cpus.count);
                  });
              }},
    ViewField{"nano_cpus_free", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.integer(node.cpus_free.count);
                  });
              }},
    ViewField{"memory", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.integer(node.config->memory.count);
                  });
              }},
    ViewField{"memory_free", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.integer(node.memory_free.count);
                  });
              }},
    ViewField{"tasks", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.integer(node.active);
                  });
              }},
    ViewField{"service_tasks", "list of integers", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView& view, const NodeInfo& node, Out& each) {
                      each.integer(service_tasks(node, *view.needs));
                  });
              }},
    ViewField{"available", "list of booleans", "",
              [](const void* o, Out& out) {
                  column(o, out, [](const NodesView&, const NodeInfo& node, Out& each) {
                      each.boolean(node.available);
                  });
              }},
};

constexpr std::array nodes_methods{
    ViewMethod{"label", "(name)", "list of texts", "One label of each; \"\" where there is none.",
               [](const void* o, const Arguments& arguments, Out& out) {
                   const std::string name(arguments.text(0));
                   column(o, out, [&](const NodesView&, const NodeInfo& node, Out& each) {
                       const std::string* label = label_of(node, name);
                       each.text(label == nullptr ? "" : *label);
                   });
               }},
    ViewMethod{"generic_free", "(kind)", "list of integers",
               "What is free of one generic resource on each.",
               [](const void* o, const Arguments& arguments, Out& out) {
                   const std::string kind(arguments.text(0));
                   column(o, out, [&](const NodesView&, const NodeInfo& node, Out& each) {
                       const auto found = node.generic_free.find(kind);
                       each.integer(found == node.generic_free.end() ? 0 : found->second);
                   });
               }},
};

// --- The task ------------------------------------------------------------------------------------

const TaskView& task_of(const void* object) { return *static_cast<const TaskView*>(object); }
const Needs& needs_of(const void* object) { return *task_of(object).needs; }

constexpr std::array task_fields{
    ViewField{"service", "text", "The name of its service.",
              [](const void* o, Out& out) { out.text(needs_of(o).spec->name); }},
    ViewField{"image", "text", "What it runs.",
              [](const void* o, Out& out) { out.text(needs_of(o).spec->task.container.image); }},
    ViewField{"nano_cpus", "integer", "CPUs it reserves, in billionths of one.",
              [](const void* o, Out& out) { out.integer(needs_of(o).cpus.count); }},
    ViewField{"memory", "integer", "Bytes it reserves.",
              [](const void* o, Out& out) { out.integer(needs_of(o).memory.count); }},
    ViewField{"generic", "table of integers", "Generic resources it reserves.",
              [](const void* o, Out& out) {
                  static const std::map<std::string, std::int64_t> none;
                  const Needs& needs = needs_of(o);
                  out.integers(needs.generic == nullptr ? none : *needs.generic);
              }},
    ViewField{"gpus", "integer", "GPUs it reserves: of the generic resource gpu, or of a trace.",
              [](const void* o, Out& out) { out.integer(needs_of(o).gpus.count); }},
    ViewField{"gpu_milli", "integer", "Thousandths of each of them.",
              [](const void* o, Out& out) { out.integer(needs_of(o).gpus.milli); }},
    ViewField{
        "gpu_models", "table of booleans",
        "The models that it may run on, `task.gpu_models.T4`; empty: any.",
        [](const void* o, Out& out) { models_out(needs_of(o).gpus.models, needs_of(o), out); }},
    ViewField{"labels", "table of texts", "The labels of its service.",
              [](const void* o, Out& out) { out.texts(needs_of(o).spec->labels); }},
    ViewField{"replicas", "integer", "How many its service shall have; 1 of a global service.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(needs_of(o).spec->replicas));
              }},
    ViewField{"waiting", "integer or nil", "How many of its service wait; for `priority` only.",
              [](const void* o, Out& out) {
                  const auto& queue = task_of(o).queue;
                  if (queue)
                      out.integer(static_cast<std::int64_t>(queue->tasks));
                  else
                      out.nothing();
              }},
    ViewField{"waited", "number or nil",
              "Seconds that the oldest of them has waited; for `priority` only.",
              [](const void* o, Out& out) {
                  const auto& queue = task_of(o).queue;
                  if (queue)
                      out.number(seconds_of(queue->now - queue->since));
                  else
                      out.nothing();
              }},
};

// --- The tasks that are expected -----------------------------------------------------------------

template <class Read>
void typical_column(const void* object, Out& out, Read read) {
    const auto& view = *static_cast<const TypicalView*>(object);
    out.list(view.tasks->size(), [&](std::size_t i, Out& each) { read((*view.tasks)[i], each); });
}

constexpr std::array typical_fields{
    ViewField{"count", "integer", "How many kinds of tasks these are, the most frequent first.",
              [](const void* o, Out& out) {
                  out.integer(
                      static_cast<std::int64_t>(static_cast<const TypicalView*>(o)->tasks->size()));
              }},
    ViewField{"share", "list of numbers", "How much of all each makes up; together 1.",
              [](const void* o, Out& out) {
                  typical_column(o, out, [](const swarm::TypicalTask& task, Out& each) {
                      each.number(task.share);
                  });
              }},
    ViewField{"nano_cpus", "list of integers", "See task; so the others.",
              [](const void* o, Out& out) {
                  typical_column(o, out, [](const swarm::TypicalTask& task, Out& each) {
                      each.integer(task.cpus.count);
                  });
              }},
    ViewField{"gpus", "list of integers", "",
              [](const void* o, Out& out) {
                  typical_column(o, out, [](const swarm::TypicalTask& task, Out& each) {
                      each.integer(task.gpus.count);
                  });
              }},
    ViewField{"gpu_milli", "list of integers", "",
              [](const void* o, Out& out) {
                  typical_column(o, out, [](const swarm::TypicalTask& task, Out& each) {
                      each.integer(task.gpus.milli);
                  });
              }},
    ViewField{"gpu_models", "list of tables", "",
              [](const void* o, Out& out) {
                  const Needs& needs = *static_cast<const TypicalView*>(o)->needs;
                  typical_column(o, out, [&](const swarm::TypicalTask& task, Out& each) {
                      models_out(task.gpus.models, needs, each);
                  });
              }},
};

// --- The cluster ---------------------------------------------------------------------------------

const ClusterView& cluster_of(const void* object) {
    return *static_cast<const ClusterView*>(object);
}

constexpr std::array cluster_fields{
    ViewField{
        "time", "number",
        "Seconds since the run began; nil for a policy that does not look at the cluster, whose "
        "scores are kept.",
        [](const void* o, Out& out) {
            if (cluster_of(o).now)
                out.number(seconds_of(*cluster_of(o).now));
            else
                out.nothing();
        }},
    ViewField{
        "largest_nano_cpus", "integer", "The most CPUs any node ever had.",
        [](const void* o, Out& out) { out.integer(cluster_of(o).needs->largest->cpus.count); }},
    ViewField{
        "largest_memory", "integer", "The most memory any node ever had, in bytes.",
        [](const void* o, Out& out) { out.integer(cluster_of(o).needs->largest->memory.count); }},
    ViewField{"largest_generic", "integer",
              "The most generic resources, all kinds together, any node ever had.",
              [](const void* o, Out& out) { out.integer(cluster_of(o).needs->largest->generic); }},
    ViewField{"largest_gpu_milli", "integer",
              "The most thousandths of GPUs of one node of a trace; 0 online, where GPUs are "
              "generic resources.",
              [](const void* o, Out& out) {
                  out.integer(cluster_of(o).needs->largest->gpu_milli);
              }},
};

}   // namespace

constexpr script::ViewType node_type{
    "node", "One node, before the task is placed. There while the call lasts, as every view.",
    node_fields, node_methods};
constexpr script::ViewType nodes_type{
    "nodes",
    "Several nodes as columns: each field is a list with one element per node. A field is made "
    "when "
    "it is read, so keep it in a local variable.",
    nodes_fields, nodes_methods};
constexpr script::ViewType task_type{
    "task", "The task to be placed: what its service asks.", task_fields, {}};
constexpr script::ViewType typical_type{
    "typical",
    "The tasks that the cluster is expected to be asked for, as columns: the most frequent demands "
    "that make up 95 % of a trace's tasks, online of the services' replicas.",
    typical_fields,
    {}};
constexpr script::ViewType cluster_type{
    "cluster", "What is true of all nodes together.", cluster_fields, {}};

}   // namespace glasshive::policy
