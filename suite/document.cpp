#include "suite/document.hpp"

#include "engine/error.hpp"
#include "suite/key_length.hpp"

#include <algorithm>
#include <fmt/format.h>
// What is wrong in a document is told by an exception. Debian's library is built so, too.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>
#include <tuple>
#include <variant>

namespace locum::suite {

using engine::Error;
using engine::Kind;

struct Section::Node {
    struct Other {
        std::string_view type;
    };
    Place at;
    std::variant<Other, std::string, std::int64_t, bool, std::vector<Node>, std::vector<Entry>>
        value;
};

struct Section::Entry {
    std::string key;
    Place at;
    Node node;
};

struct Section::File {
    std::string name;
    Node root;
};

namespace {

constexpr std::string_view many_lines = "\t\r\n"; // control characters that a text may have

Place place_of(const toml::source_region& region) {
    return {std::max(1U, unsigned{region.begin.line}), std::max(1U, unsigned{region.begin.column})};
}

std::string_view type_name(toml::node_type type) {
    switch (type) {
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        return "a date or time";
    default:
        return "a value of an unknown type";
    }
}

[[noreturn]] void complain(const std::string& file, Place at, const std::string& found,
                           const std::string& expected) {
    throw Error(
        fmt::format("{}:{}:{}: found {}; expected {}", file, at.line, at.column, found, expected),
        Kind::usage)
        .remedy(fmt::format("correct line {} of {}", at.line, file));
}

} // namespace

// The library keeps keys sorted by name; here they get back the order in which they were written.
Section::Node Section::convert(const void* toml_node) {
    const auto& from = *static_cast<const toml::node*>(toml_node);
    Node to{place_of(from.source()), Node::Other{type_name(from.type())}};
    if (const auto* table = from.as_table()) {
        std::vector<Entry> entries;
        entries.reserve(table->size());
        for (const auto& [key, value] : *table)
            entries.push_back({std::string(key.str()), place_of(key.source()), convert(&value)});
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
        });
        to.value = std::move(entries);
    } else if (const auto* array = from.as_array()) {
        std::vector<Node> nodes;
        nodes.reserve(array->size());
        for (const toml::node& value : *array)
            nodes.push_back(convert(&value));
        to.value = std::move(nodes);
    } else if (const auto* text = from.as_string()) {
        to.value = text->get();
    } else if (const auto* number = from.as_integer()) {
        to.value = number->get();
    } else if (const auto* flag = from.as_boolean()) {
        to.value = flag->get();
    }
    return to;
}

Section Section::parse(std::string_view toml, const std::string& file_name) {
    auto file = std::make_shared<File>();
    file->name = file_name;
    if (const auto at = too_long_key(toml))
        complain(file_name, *at, fmt::format("a key of more than {} parts", most_key_parts),
                 "shorter keys, such as a.b.c");
    try {
        const toml::table table = toml::parse(toml, file_name);
        file->root = convert(static_cast<const toml::node*>(&table));
        file->root.at = {1, 1};
    } catch (const toml::parse_error& error) {
        complain(file_name, place_of(error.source()),
                 fmt::format("what is not TOML ({})", error.description()), "a TOML document");
    }
    const Node* root = &file->root;
    return Section(std::move(file), root, "");
}

Section::Section(std::shared_ptr<const File> file, const Node* node, std::string path) :
    file_(std::move(file)), node_(node), path_(std::move(path)) {}

const Section::Node* Section::find(std::string_view key) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
        asked_.emplace_back(key);
    if (node_ == nullptr)
        return nullptr;
    for (const Entry& entry : std::get<std::vector<Entry>>(node_->value))
        if (entry.key == key)
            return &entry.node;
    return nullptr;
}

const Section::Node& Section::require(std::string_view key) {
    if (const Node* node = find(key))
        return *node;
    fail(at(), path_.empty() ? "no such key" : fmt::format("no such key in [{}]", path_),
         fmt::format("the key '{}'", key));
}

void Section::wrong_type(std::string_view key, const Node& node, std::string_view expected) const {
    struct Name {
        std::string operator()(const Node::Other& other) { return std::string(other.type); }
        std::string operator()(const std::string&) { return "a text"; }
        std::string operator()(std::int64_t) { return "a number"; }
        std::string operator()(bool) { return "true or false"; }
        std::string operator()(const std::vector<Node>&) { return "an array"; }
        std::string operator()(const std::vector<Entry>&) { return "a table"; }
    };
    fail(node.at, fmt::format("{} for '{}'", std::visit(Name{}, node.value), key),
         std::string(expected));
}

Text Section::checked(std::string_view key, const std::string& text, Place at,
                      std::string_view allowed) const {
    for (const char c : text)
        if (const auto byte = static_cast<unsigned char>(c);
            (byte < 0x20 || byte == 0x7f) && allowed.find(c) == allowed.npos)
            fail(at, fmt::format("the control character U+{:04X} in '{}'", byte, key),
                 allowed.empty() ? "one line of printable text" : "a text of printable lines");
    return {text, at};
}

Text Section::text(std::string_view key) {
    const Node& node = require(key);
    if (const auto* text = std::get_if<std::string>(&node.value))
        return checked(key, *text, node.at, many_lines);
    wrong_type(key, node, "a text in quotes");
}

Text Section::one_line(std::string_view key) {
    const Text line = text(key);
    return checked(key, line.value, line.at, "");
}

Text Section::text(std::string_view key, std::string_view missing) {
    return has(key) ? text(key) : Text{std::string(missing), at()};
}

std::int64_t Section::number(std::string_view key, std::int64_t least, std::int64_t most,
                             std::optional<std::int64_t> missing) {
    if (missing && !has(key))
        return *missing;
    const Node& node = require(key);
    const auto* number = std::get_if<std::int64_t>(&node.value);
    if (number == nullptr)
        wrong_type(key, node, fmt::format("a whole number from {} to {}", least, most));
    if (*number < least || *number > most)
        fail(node.at, fmt::format("{} for '{}'", *number, key),
             fmt::format("a whole number from {} to {}", least, most));
    return *number;
}

bool Section::flag(std::string_view key, bool missing) {
    const Node* node = find(key);
    if (node == nullptr)
        return missing;
    if (const bool* flag = std::get_if<bool>(&node->value))
        return *flag;
    wrong_type(key, *node, "true or false");
}

std::vector<Text> Section::texts(std::string_view key) {
    std::vector<Text> texts;
    const Node* node = find(key);
    if (node == nullptr)
        return texts;
    const auto* array = std::get_if<std::vector<Node>>(&node->value);
    if (array == nullptr)
        wrong_type(key, *node, "an array of texts");
    for (const Node& element : *array) {
        const auto* text = std::get_if<std::string>(&element.value);
        if (text == nullptr)
            wrong_type(key, element, "an array of texts");
        texts.push_back(checked(key, *text, element.at, many_lines));
    }
    return texts;
}

Section Section::section(std::string_view key, bool required) {
    const Node* node = required ? &require(key) : find(key);
    if (node != nullptr && !std::holds_alternative<std::vector<Entry>>(node->value))
        wrong_type(key, *node, "a table");
    return Section(file_, node,
                   path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key));
}

std::vector<Section> Section::list(std::string_view key) {
    std::vector<Section> sections;
    const Node* node = find(key);
    if (node == nullptr)
        return sections;
    const auto* array = std::get_if<std::vector<Node>>(&node->value);
    if (array == nullptr)
        wrong_type(key, *node, "an array of tables");
    for (const Node& element : *array) {
        if (!std::holds_alternative<std::vector<Entry>>(element.value))
            wrong_type(key, element, "an array of tables");
        sections.push_back(Section(
            file_, &element, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)));
    }
    return sections;
}

std::vector<Text> Section::keys() const {
    std::vector<Text> keys;
    if (node_ != nullptr)
        for (const Entry& entry : std::get<std::vector<Entry>>(node_->value))
            keys.push_back({entry.key, entry.at});
    return keys;
}

bool Section::has(std::string_view key) {
    return find(key) != nullptr;
}

bool Section::is_list(std::string_view key) {
    const Node* node = find(key);
    return node != nullptr && std::holds_alternative<std::vector<Node>>(node->value);
}

bool Section::is_table(std::string_view key) {
    const Node* node = find(key);
    return node != nullptr && std::holds_alternative<std::vector<Entry>>(node->value);
}

Place Section::at() const {
    return node_ == nullptr ? Place{} : node_->at;
}

void Section::done() const {
    for (const Text& key : keys()) {
        if (std::find(asked_.begin(), asked_.end(), key.value) != asked_.end())
            continue;
        const std::string where = path_.empty() ? "" : fmt::format(" in [{}]", path_);
        fail(key.at, fmt::format("the unknown key '{}'{}", key.value, where),
             fmt::format("{}", asked_.empty() ? "none"
                                              : fmt::format("one of {}", fmt::join(asked_, ", "))));
    }
}

void Section::fail(Place at, const std::string& found, const std::string& expected) const {
    complain(file_->name, at, found, expected);
}

} // namespace locum::suite
