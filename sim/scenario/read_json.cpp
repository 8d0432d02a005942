#include "scenario/read_json.h"

#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::scenario {

namespace {

void scalar(const yaml::Node& node, std::string& out) {
    const std::string& text = node.text();
    if (node.is_plain()) {
        if (text == "null" || text == "~") {
            out += "null";
            return;
        }
        // Whatever JSON takes for a number or a truth is one.
        const store::json::Parsed parsed = store::json::parse(text);
        if (parsed.ok() && !parsed.value.view().is(store::json::Type::text)) {
            out += text;
            return;
        }
    }
    store::json::print_text(text, out);
}

void append(const yaml::Node& node, std::string& out) {
    switch (node.kind()) {
        case yaml::Kind::null: out += "null"; return;
        case yaml::Kind::scalar: scalar(node, out); return;
        case yaml::Kind::list: {
            out += '[';
            const char* comma = "";
            for (const yaml::Node& item : node.items()) {
                out += comma;
                append(item, out);
                comma = ",";
            }
            out += ']';
            return;
        }
        case yaml::Kind::map: {
            out += '{';
            const char* comma = "";
            for (const yaml::Entry& entry : node.entries()) {
                out += comma;
                store::json::print_text(entry.key.text(), out);
                out += ':';
                append(entry.value, out);
                comma = ",";
            }
            out += '}';
            return;
        }
    }
}

}   // namespace

std::string json_of(const yaml::Value& value) {
    std::string out;
    append(value.node(), out);   // The file's depth is bounded: depth_max.
    return out;
}

}   // namespace glasshive::scenario
