#include "scenario/compose/tree.h"

#include <array>

#include "scenario/compose/interpolate.h"

namespace glasshive::compose {

namespace {

struct Cast {
    std::string_view path;   // Below services.NAME; "[]" is any index, "*" any name.
    Type type;
};

/// docker/cli loader/interpolate.go, interpolateTypeCastMapping.
constexpr std::array<Cast, 21> service_casts{{
    {"configs.[].mode", Type::integer},
    {"secrets.[].mode", Type::integer},
    {"healthcheck.retries", Type::integer},
    {"healthcheck.disable", Type::boolean},
    {"deploy.replicas", Type::integer},
    {"deploy.update_config.parallelism", Type::integer},
    {"deploy.update_config.max_failure_ratio", Type::real},
    {"deploy.rollback_config.parallelism", Type::integer},
    {"deploy.rollback_config.max_failure_ratio", Type::real},
    {"deploy.restart_policy.max_attempts", Type::integer},
    {"deploy.placement.max_replicas_per_node", Type::integer},
    {"ports.[].target", Type::integer},
    {"ports.[].published", Type::integer},
    {"ulimits.*", Type::integer},
    {"ulimits.*.hard", Type::integer},
    {"ulimits.*.soft", Type::integer},
    {"privileged", Type::boolean},
    {"read_only", Type::boolean},
    {"stdin_open", Type::boolean},
    {"tty", Type::boolean},
    {"volumes.[].read_only", Type::boolean},
}};
constexpr std::string_view no_copy_path = "volumes.[].volume.nocopy";

/// Walks the document once, keeping the path both as docker's schema and as its casts spell it.
class Walk {
  public:
    explicit Walk(Loader& loader) : loader_(loader) {}

    Item build(const yaml::Node& node, const std::string& path) {
        Item item;
        item.line = node.line();
        item.path = path;
        const std::string prefix = path.empty() ? "" : path + ".";
        if (node.is_list()) {
            item.type = Type::list;
            item.items.reserve(node.size());
            keys_.emplace_back("[]");
            for (const yaml::Node& child : node.items()) {
                item.items.push_back(build(child, prefix + std::to_string(item.items.size())));
            }
            keys_.pop_back();
        } else if (node.is_map()) {
            item.type = Type::map;
            item.entries.reserve(node.size());
            for (const yaml::Entry& entry : node.entries()) {
                keys_.push_back(entry.key.text());
                Item child = build(entry.value, prefix + entry.key.text());
                // A block map or list begins below its key; the key is what a reader looks for.
                const bool below = entry.value.line() > entry.key.line();
                if (below && child.items.size() + child.entries.size() > 0) {
                    child.line = entry.key.line();
                }
                item.entries.push_back({entry.key.text(), std::move(child)});
                keys_.pop_back();
            }
        } else if (node.is_scalar()) {
            resolve_scalar(node, item);
            if (item.type == Type::text) interpolate(item);
        }
        return item;
    }

  private:
    void interpolate(Item& item) {
        if (item.text.find('$') == std::string::npos) return;
        const Substituted result = substitute(item.text, loader_.options.environment);
        if (!result.problem.empty()) {
            loader_.error(item, result.problem, result.hint);
            item.broken = true;
            return;
        }
        if (result.text == item.text) return;
        item.text = result.text;
        const Type type = cast_type();
        if (type == Type::text) return;
        const std::string problem = cast(item, type);
        if (!problem.empty()) {
            item.broken = true;
            loader_.error(item,
                          "error while interpolating: failed to cast to expected type: " + problem);
        }
    }

    /// The type docker casts the value at the current path to; text for most.
    Type cast_type() const {
        if (keys_.size() < 3) return Type::text;
        std::string path;
        for (std::size_t i = 2; i < keys_.size(); ++i) {
            const bool ulimit_name = keys_[2] == "ulimits" && i == 3;
            path += (i > 2 ? "." : "") + (ulimit_name ? "*" : keys_[i]);
        }
        if (keys_[0] == "services") {
            if (path == no_copy_path) return Type::boolean;
            for (const Cast& candidate : service_casts) {
                if (candidate.path == path) return candidate.type;
            }
            return Type::text;
        }
        const bool object = keys_[0] == "networks" || keys_[0] == "volumes" ||
                            keys_[0] == "secrets" || keys_[0] == "configs";
        const bool network_flag =
            keys_[0] == "networks" && (path == "internal" || path == "attachable");
        return object && (path == "external" || network_flag) ? Type::boolean : Type::text;
    }

    Loader& loader_;
    std::vector<std::string> keys_;
};

}   // namespace

Item build_tree(Loader& loader, const yaml::Node& root) { return Walk(loader).build(root, ""); }

}   // namespace glasshive::compose
