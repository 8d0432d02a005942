#include "script/reference.h"

#include "base/assert.h"
#include "script/sandbox.h"

namespace glasshive::script {

namespace {

std::string row(const std::string& name, const std::string& type, const std::string& doc) {
    return "| " + name + " | " + type + " | " + doc + " |\n";
}

std::string quoted(const std::string& code) { return "`" + code + "`"; }

}   // namespace

std::string library_reference() {
    Sandbox sandbox("library", {}, kernel::Rng(0, "script"));
    std::string lines;
    sandbox.on_print([&](std::string_view line) { lines += std::string(line) + "\n"; });
    const auto wrong = sandbox.run(R"(
        local function names(where, prefix)
            local found = {}
            for name, value in pairs(where) do
                if type(value) ~= "table" then found[#found + 1] = "`" .. prefix .. name .. "`" end
            end
            return table.concat(found, ", ")
        end
        print("- " .. names(_G, ""))
        for name, value in pairs(_G) do
            if type(value) == "table" and value ~= _G then
                print("- " .. names(value, name .. "."))
            end
        end)");
    SIM_ASSERT(!wrong);
    return lines;
}

std::string reference_of(const ViewType& type) {
    std::string text = "### " + std::string(type.name) + "\n\n" + type.doc +
                       "\n\n| field | type | meaning |\n|---|---|---|\n";
    for (const ViewField& field : type.fields) {
        text += row(quoted(field.name), field.type, field.doc);
    }
    for (const ViewMethod& method : type.methods) {
        text +=
            row(quoted(std::string(":") + method.name + method.arguments), method.type, method.doc);
    }
    return text;
}

std::string reference_of(std::span<const EntryInfo> entries) {
    std::string text = "| entry | gives | meaning |\n|---|---|---|\n";
    for (const EntryInfo& entry : entries) {
        text += row(quoted(std::string(entry.name) + entry.arguments), entry.type, entry.doc);
    }
    return text;
}

}   // namespace glasshive::script
