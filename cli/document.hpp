#pragma once
// What a script reads: each JSON document says what kind it is of and which format of that kind.
// Each kind has a schema in docs/schemas/; a change that breaks a reader raises its format.

#include "engine/check.hpp"
#include "engine/step.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace locum::cli {

// The fields with "kind" and "format" beside them.
nlohmann::json document(std::string_view kind, nlohmann::json fields);
// Its text, over several lines. What is no UTF-8 in it must not hide the rest.
std::string text_of(const nlohmann::json& document);

// To standard output, a document over several lines.
void print_document(std::string_view kind, nlohmann::json fields);
// To standard output at once, a document of the kind "event" on one line: what a command says
// while it works, and its "result" or "error" as the last.
void print_event(std::string_view event, nlohmann::json fields);
// The event "error": what main tells on standard error. log: the run's; "": it has none.
void print_error(const engine::Error& error, const std::string& log);
// A document of the kind "findings" on one line, before the events; nothing where there are none.
void print_findings(const std::vector<engine::Finding>& findings);

// As they are in documents.
nlohmann::json findings_value(const std::vector<engine::Finding>& findings);
nlohmann::json steps_value(const std::vector<engine::PlanLine>& plan);

} // namespace locum::cli
