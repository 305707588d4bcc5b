#include "cli/document.hpp"
#include "platform/restart.hpp"

#include <cstdio>

namespace locum::cli {

using nlohmann::json;

namespace {

// Whether all of it could be written is asked once, at the end of main: an upgrade under way does
// not stop since its events cannot be.
void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_line(const json& document) {
    put(document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    std::fflush(stdout);
}

} // namespace

json document(std::string_view kind, json fields) {
    fields["kind"] = kind;
    fields["format"] = 1;
    return fields;
}

std::string text_of(const json& document) {
    return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void print_document(std::string_view kind, json fields) {
    put(text_of(document(kind, std::move(fields))));
}

void print_event(std::string_view event, json fields) {
    fields["event"] = event;
    if (event == "result")
        if (const std::vector<std::string> left = platform::left_for_restart(); !left.empty())
            fields["restart-for"] = left;
    print_line(document("event", std::move(fields)));
}

void print_error(const engine::Error& error, const std::string& log) {
    json told = {{"message", error.one_line()},
                 {"remedy", error.remedy()},
                 {"exit-code", engine::exit_code(error.kind())}};
    if (!log.empty())
        told["log"] = log;
    print_event("error", std::move(told));
}

void print_findings(const std::vector<engine::Finding>& findings) {
    if (!findings.empty())
        print_line(document("findings", {{"findings", findings_value(findings)}}));
}

json findings_value(const std::vector<engine::Finding>& findings) {
    json all = json::array();
    for (const engine::Finding& finding : findings)
        all.push_back(
            {{"name", finding.name},
             {"severity", finding.severity == engine::Severity::warning ? "warning" : "error"},
             {"found", finding.found},
             {"expected", finding.expected},
             {"remedy", finding.remedy},
             {"may-be-ignored", finding.may_be_ignored}});
    return all;
}

json steps_value(const std::vector<engine::PlanLine>& plan) {
    json steps = json::array();
    for (const engine::PlanLine& step : plan) {
        steps.push_back({{"id", step.id}, {"says", step.says}});
        if (!step.no_return.empty())
            steps.back()["point-of-no-return"] = step.no_return;
    }
    return steps;
}

} // namespace locum::cli
