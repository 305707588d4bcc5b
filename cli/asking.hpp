#pragma once
// What the parts of the wizard have in common: questions that stand alone, and texts to be read
// before one goes on.

#include "cli/face.hpp"
#include "engine/check.hpp"
#include "engine/step.hpp"
#include "interview/questions.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::cli {

interview::Host this_host();

enum class WayBack { none, there };
// Asked again until the answer holds. nullopt: back, where there is a way.
std::optional<interview::Value> ask_alone(Face& face, const interview::Question& question,
                                          WayBack way, const interview::Draft& given = {});

// A text to read, and to go on from; false: back.
bool accepted(Face& face, const std::string& title, const std::string& help,
              const std::string& reading, WayBack way);

// What speaks against it was told: true to look again, false to change what was answered.
bool looks_again(Face& face);

// A line each: "warning: advice: found …".
std::string text_of(const std::vector<engine::Finding>& findings);
std::string text_of(const std::vector<engine::PlanLine>& plan);
// "error: …; …", with what to type.
std::string text_of(const engine::Error& error);

} // namespace locum::cli
