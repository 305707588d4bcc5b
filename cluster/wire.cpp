#include "cluster/wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster::wire {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

std::string dump(const json& value) {
    // ASCII only, since it also goes into headers; bytes that are no UTF-8 are replaced, not thrown
    // at.
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

[[noreturn]] void not_an_answer(std::string_view text) {
    constexpr std::size_t shown = 60;
    throw Error(fmt::format("the other side sent '{}{}', which is no line of an answer",
                            text.substr(0, shown), text.size() > shown ? "..." : ""))
        .remedy("check that both hosts run the same version of Locum");
}

// Before it is parsed: what is deeply nested would take as deep a recursion to write again.
void require_shallow(std::string_view text, std::string_view what) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '\\')
            ++at;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > depth_limit)
            throw Error(fmt::format("{} nests deeper than {} levels", what, depth_limit),
                        Kind::usage);
        else if (!quoted && (c == ']' || c == '}'))
            --depth;
    }
}

json parse(std::string_view text, std::string_view what) {
    require_shallow(text, what);
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded())
        throw Error(fmt::format("{} is not JSON", what), Kind::usage);
    return value;
}

std::string line(std::string_view key, const std::string& value) {
    return fmt::format("{{\"{}\":{}}}\n", key, value);
}

std::string_view reason(unsigned status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 411:
        return "Length Required";
    case 413:
        return "Content Too Large";
    case 426:
        return "Upgrade Required";
    case 503:
        return "Service Unavailable";
    case 507:
        return "Insufficient Storage";
    default:
        return "Error";
    }
}

} // namespace

std::string one_line(std::string_view text, std::string_view what) {
    return dump(parse(text, what));
}

void require_json(std::string_view text, std::string_view what) {
    require_shallow(text, what);
    if (!json::accept(text))
        throw Error(fmt::format("{} is not JSON", what), Kind::usage);
}

std::string error_to_json(const Error& error) {
    return dump(json{{"kind", engine::name(error.kind())},
                     {"what", error.what()},
                     {"context", error.context()},
                     {"remedy", error.remedy()}});
}

Error error_from_json(std::string_view text) {
    const json value = json::parse(text, nullptr, false);
    if (!value.is_object() || !value.contains("what") || !value["what"].is_string())
        not_an_answer(text);
    Kind kind = Kind::failed;
    for (int at = 0; at <= static_cast<int>(Kind::drift); ++at)
        if (value.value("kind", json()) == engine::name(static_cast<Kind>(at)))
            kind = static_cast<Kind>(at);
    Error error(value["what"].get<std::string>(), kind);
    if (const json remedy = value.value("remedy", json()); remedy.is_string())
        std::move(error).remedy(remedy.get<std::string>()); // sets it in place
    if (const json context = value.value("context", json()); context.is_array())
        for (const json& one : context)
            if (one.is_string())
                error.during(one.get<std::string>());
    return error;
}

std::string alive_line() {
    return "{\"alive\":true}\n";
}
std::string progress_line(std::string_view text) {
    return line("progress", one_line(text, "the progress of an operation"));
}
std::string result_line(std::string_view text) {
    return line("result", one_line(text, "the result of an operation"));
}
std::string error_line(const Error& error) {
    return line("error", error_to_json(error));
}

Line parse_line(std::string_view text) {
    try {
        const json value = parse(text, "a line of the answer");
        if (!value.is_object() || value.size() != 1)
            not_an_answer(text);
        const std::string& key = value.begin().key();
        if (key == "alive")
            return {Line::Type::alive, {}};
        if (key == "progress")
            return {Line::Type::progress, dump(value.begin().value())};
        if (key == "result")
            return {Line::Type::result, dump(value.begin().value())};
        if (key == "error")
            return {Line::Type::error, dump(value.begin().value())};
    } catch (const Error&) {
        // said below, with the text
    }
    not_an_answer(text);
}

void Lines::add(std::string_view bytes) {
    held_ += bytes;
    if (held_.size() > line_limit && held_.find('\n') > line_limit)
        throw Error(fmt::format("a line of the answer is longer than {} bytes", line_limit));
}

std::optional<std::string> Lines::next() {
    const std::size_t end = held_.find('\n', searched_);
    if (end == std::string::npos) {
        searched_ = held_.size();
        return std::nullopt;
    }
    std::string found = held_.substr(0, end);
    held_.erase(0, end + 1);
    searched_ = 0;
    return found;
}

std::string request_head(const RequestHead& head) {
    std::string text = fmt::format(
        "POST /v1/{} HTTP/1.1\r\n"
        "Host: {}\r\n"
        "{}: {}\r\n"
        "Content-Type: {}\r\n"
        "Content-Length: {}\r\n"
        "Connection: close\r\n",
        head.verb, head.host, protocol_header, protocol,
        head.parameters.empty() ? "application/json" : "application/octet-stream", head.length);
    if (!head.parameters.empty())
        text += fmt::format("{}: {}\r\n", parameters_header, head.parameters);
    if (head.expects_continue)
        text += "Expect: 100-continue\r\n";
    return text + "\r\n";
}

std::string answer_head(unsigned status) {
    return fmt::format("HTTP/1.1 {} {}\r\n{}: {}\r\nContent-Type: application/jsonl\r\n"
                       "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
                       status, reason(status), protocol_header, protocol);
}

void require_protocol(std::string_view stated, std::string_view by_whom) {
    const std::string_view major = stated.substr(0, stated.find('.'));
    if (major == fmt::format("{}", protocol))
        return;
    throw Error(
        stated.empty()
            ? fmt::format("{} states no protocol of Locum; expected version {}", by_whom, protocol)
            : fmt::format("{} speaks version {} of the protocol; expected version {}", by_whom,
                          stated.substr(0, 20), protocol),
        Kind::refused)
        .remedy("run the same version of Locum on both hosts");
}

} // namespace locum::cluster::wire
