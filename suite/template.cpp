#include "suite/template.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

struct Node {
    enum class Type { text, variable, loop, condition } type = Type::text;
    unsigned line = 1;
    unsigned column = 1;
    std::string text;   // text: as it is; variable, condition: the variable; loop: the list
    std::string second; // variable: the filter; condition: the value; loop: the item's name
    std::vector<Node> children;
};

constexpr unsigned deepest = 16;
constexpr std::string_view blanks = " \t";

[[noreturn]] void fail(const std::string& file, unsigned line, unsigned column,
                       const std::string& found, const std::string& expected) {
    throw Error(fmt::format("{}:{}:{}: found {}; expected {}", file, line, column, found, expected),
                Kind::usage)
        .remedy(fmt::format("correct line {} of {}", line, file));
}

bool is_name(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") ==
                                std::string_view::npos;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != text.npos;) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

class Parser {
public:
    Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    std::vector<Node> parse() {
        std::vector<Node> nodes;
        parse_until_end(nodes, nullptr);
        return nodes;
    }

private:
    // Reads nodes up to {end} where a block is open, else up to the end of the text.
    void parse_until_end(std::vector<Node>& nodes, const Node* open) {
        if (++depth_ > deepest)
            fail(open->line, open->column,
                 fmt::format("more than {} blocks in one another", deepest - 1), "fewer");
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
            if (c == '{' && !doubled) {
                const std::optional<Node> tag = read_tag();
                if (!tag && open == nullptr)
                    fail(line_, column(), "{end} where no block is open", "no {end}");
                finish_tag(nodes, !tag || tag->type != Node::Type::variable);
                if (!tag) {
                    --depth_;
                    return;
                }
                nodes.push_back(*tag);
                if (tag->type != Node::Type::variable)
                    parse_until_end(nodes.back().children, &*tag);
                continue;
            }
            if (c == '}' && !doubled)
                fail(line_, column(), "a single '}'", "'}}' for a brace");
            add_text(nodes, c);
            at_ += (c == '{' || c == '}') ? 2 : 1;
            if (c == '\n') {
                ++line_;
                line_start_ = at_;
            }
        }
        if (open != nullptr)
            fail(open->line, open->column, "a block without its {end}", "{end}");
        --depth_;
    }

    void add_text(std::vector<Node>& nodes, char c) {
        if (nodes.empty() || nodes.back().type != Node::Type::text)
            nodes.push_back({Node::Type::text, line_, column(), "", "", {}});
        nodes.back().text += c;
    }

    // The tag at at_; tag_end_ is where it ends. nullopt: {end}.
    std::optional<Node> read_tag() {
        const std::size_t end = text_.find_first_of("{}\n", at_ + 1);
        if (end == text_.npos || text_[end] != '}')
            fail(line_, column(), "a '{' without its '}'", "{name}, or '{{' for a brace");
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        tag_end_ = end + 1;
        const auto words = words_of(inside);
        Node node{Node::Type::variable, line_, column(), "", "", {}};
        if (words.size() == 1 && words[0] == "end")
            return std::nullopt;
        if (words.size() == 4 && words[0] == "for" && words[2] == "in" && is_name(words[1]) &&
            is_name(words[3])) {
            node.type = Node::Type::loop;
            node.text = words[3];
            node.second = words[1];
        } else if ((words.size() == 2 || words.size() == 3) && words[0] == "if" &&
                   is_name(words[1])) {
            node.type = Node::Type::condition;
            node.text = words[1];
            node.second = words.size() == 3 ? words[2] : "true";
        } else {
            const std::size_t bar = inside.find('|');
            node.text = inside.substr(0, bar);
            node.second = bar == inside.npos ? "" : inside.substr(bar + 1);
            if (!is_name(node.text))
                fail(line_, column(), fmt::format("{{{}}}", inside),
                     "{name}, {for ITEM in LIST}, {if NAME VALUE} or {end}; '{{' for a brace");
            if (bar != inside.npos && node.second != "conninfo")
                fail(line_, column(), fmt::format("the unknown filter '{}'", node.second),
                     "conninfo");
        }
        return node;
    }

    // Goes past the tag. Where for, if or end stand alone on a line, the line goes with them.
    void finish_tag(std::vector<Node>& before_it, bool block) {
        const std::string_view before = text_.substr(line_start_, at_ - line_start_);
        const std::size_t rest = text_.find_first_not_of(" \t\r", tag_end_);
        const bool alone = block && before.find_first_not_of(blanks) == before.npos &&
                           (rest == text_.npos || text_[rest] == '\n');
        at_ = tag_end_;
        if (!alone)
            return;
        if (!before.empty()) {
            std::string& text = before_it.back().text;
            text.resize(text.size() - before.size());
        }
        at_ = rest == text_.npos ? text_.size() : rest + 1;
        if (rest != text_.npos)
            ++line_;
        line_start_ = at_;
    }

    unsigned column() const { return static_cast<unsigned>(at_ - line_start_) + 1; }
    [[noreturn]] void fail(unsigned line, unsigned column, const std::string& found,
                           const std::string& expected) const {
        suite::fail(file_, line, column, found, expected);
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    std::size_t tag_end_ = 0;
    std::size_t line_start_ = 0;
    unsigned line_ = 1;
    unsigned depth_ = 0;
};

class Renderer {
public:
    Renderer(const Scope& scope, const std::string& file) : scope_(scope), file_(file) {}

    void render(const std::vector<Node>& nodes, std::string& out) {
        for (const Node& node : nodes) {
            switch (node.type) {
            case Node::Type::text:
                out += node.text;
                break;
            case Node::Type::variable:
                out += filtered(node);
                break;
            case Node::Type::condition:
                if (value(node) == node.second)
                    render(node.children, out);
                break;
            case Node::Type::loop:
                repeat(node, out);
                break;
            }
        }
    }

private:
    void repeat(const Node& loop, std::string& out) {
        const auto list = scope_.lists.find(loop.text);
        if (list == scope_.lists.end())
            fail(file_, loop.line, loop.column, fmt::format("the unknown list '{}'", loop.text),
                 known(scope_.lists));
        for (const Variables& item : list->second) {
            items_.emplace_back(loop.second, &item);
            render(loop.children, out);
            items_.pop_back();
        }
    }

    const std::string& value(const Node& node) const {
        for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
            const auto& [name, variables] = *item;
            if (node.text.size() <= name.size() + 1 ||
                node.text.compare(0, name.size(), name) != 0 || node.text[name.size()] != '.')
                continue;
            const auto found = variables->find(std::string_view(node.text).substr(name.size() + 1));
            if (found == variables->end())
                fail(file_, node.line, node.column,
                     fmt::format("the unknown variable '{}'", node.text),
                     fmt::format("{}.NAME with NAME {}", name, known(*variables)));
            return checked(node, found->second);
        }
        const auto found = scope_.variables.find(node.text);
        if (found == scope_.variables.end())
            fail(file_, node.line, node.column, fmt::format("the unknown variable '{}'", node.text),
                 known(scope_.variables));
        return checked(node, found->second);
    }

    // Never names the value: it may be a password.
    const std::string& checked(const Node& node, const std::string& value) const {
        if (value.find_first_of(std::string_view("\n\r\0", 3)) != value.npos)
            fail(file_, node.line, node.column,
                 fmt::format("a line break or NUL in the value of '{}'", node.text), "one line");
        return value;
    }

    std::string filtered(const Node& node) const {
        const std::string& plain = value(node);
        if (node.second.empty())
            return plain;
        std::string escaped; // conninfo, the only filter that the parser lets through
        for (const char c : plain) {
            if (c == '\\' || c == '\'')
                escaped += '\\';
            escaped += c;
        }
        return escaped;
    }

    template <class Map>
    static std::string known(const Map& map) {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : map)
            names.push_back(name);
        return names.empty() ? "none" : fmt::format("one of {}", fmt::join(names, ", "));
    }

    const Scope& scope_;
    const std::string& file_;
    std::vector<std::pair<std::string, const Variables*>> items_;
};

using Loops = std::vector<std::pair<std::string, std::string>>; // item's name, list

void collect(const std::vector<Node>& nodes, Loops& loops, std::vector<VariableUse>& uses) {
    for (const Node& node : nodes) {
        if (node.type == Node::Type::text)
            continue;
        if (node.type == Node::Type::loop) {
            uses.push_back({node.text, "", node.line, node.column});
            loops.emplace_back(node.second, node.text);
            collect(node.children, loops, uses);
            loops.pop_back();
            continue;
        }
        VariableUse use{"", node.text, node.line, node.column};
        for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
            if (use.name.compare(0, loop->first.size() + 1, loop->first + ".") != 0)
                continue;
            use.list = loop->second;
            use.name.erase(0, loop->first.size() + 1);
            break;
        }
        uses.push_back(use);
        collect(node.children, loops, uses);
    }
}

} // namespace

std::string render(std::string_view text, const Scope& scope, const std::string& file_name) {
    std::string out;
    Renderer(scope, file_name).render(Parser(text, file_name).parse(), out);
    return out;
}

std::vector<VariableUse> variables_of(std::string_view text, const std::string& file_name) {
    std::vector<VariableUse> uses;
    Loops loops;
    collect(Parser(text, file_name).parse(), loops, uses);
    return uses;
}

} // namespace locum::suite
