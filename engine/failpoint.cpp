#include "engine/failpoint.hpp"

#include "engine/end_at_once.hpp"
#include "engine/error.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

namespace locum::engine {

#ifdef LOCUM_FAILPOINTS

namespace {

struct Rule {
    std::string name;
    std::string action;
    unsigned passage = 0; // 0: every one
    unsigned delay_ms = 0;
    unsigned passed = 0;
};

bool number(std::string_view text, unsigned& value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

// A rule that could never fire would let a test pass for nothing.
Rule parse_rule(std::string_view item) {
    const std::size_t equals = item.rfind('=');
    if (equals == std::string_view::npos || equals == 0)
        throw Error(fmt::format("LOCUM_FAILPOINTS: '{}' is not name=action", item), Kind::usage);
    Rule rule{std::string(item.substr(0, equals)), std::string(item.substr(equals + 1)), 0, 0, 0};
    bool good = true;
    if (std::size_t at = rule.action.rfind('@'); at != std::string::npos) {
        good =
            number(std::string_view(rule.action).substr(at + 1), rule.passage) && rule.passage > 0;
        rule.action.resize(at);
    }
    if (constexpr std::string_view delay = "delay:"; rule.action.starts_with(delay))
        good = good && number(std::string_view(rule.action).substr(delay.size()), rule.delay_ms);
    else
        good = good && (rule.action == "kill" || rule.action == "error" || rule.action == "skip");
    if (!good)
        throw Error(fmt::format("LOCUM_FAILPOINTS: '{}' is none of name=kill, error, skip and "
                                "delay:MILLISECONDS, with @N (from 1) behind it or not",
                                item),
                    Kind::usage);
    return rule;
}

std::vector<Rule> parse(std::string_view text) {
    std::vector<Rule> rules;
    while (!text.empty()) {
        std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        rules.push_back(parse_rule(item));
    }
    return rules;
}

bool matches(const std::string& pattern, std::string_view name) {
    if (pattern.ends_with('*'))
        return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
    return pattern == name;
}

// Test-only state of the process: the counters of passages.
struct Rules {
    std::mutex mutex;
    std::vector<Rule> rules;
};

Rules& rules() {
    static Rules all{{},
                     parse(std::getenv("LOCUM_FAILPOINTS") ? std::getenv("LOCUM_FAILPOINTS") : "")};
    return all;
}

} // namespace

bool failpoint(std::string_view name) {
    std::string action;
    unsigned delay_ms = 0;
    {
        std::lock_guard lock(rules().mutex);
        for (Rule& rule : rules().rules) {
            if (!matches(rule.name, name))
                continue;
            ++rule.passed;
            if (rule.passage == 0 || rule.passage == rule.passed) {
                action = rule.action;
                delay_ms = rule.delay_ms;
            }
        }
    }
    if (action == "kill")
        end_at_once();
    if (action == "error")
        throw Error(fmt::format("failpoint {}: error on purpose", name));
    if (action.starts_with("delay:"))
        std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    return action == "skip";
}

bool failpoints_compiled_in() {
    return true;
}

#else

bool failpoint(std::string_view) {
    return false;
}

bool failpoints_compiled_in() {
    return false;
}

#endif

std::vector<FailpointFamily> failpoint_families() {
    return {
        {"step/STEP-ID/intent/before", "before the INTENT record of a step is written"},
        {"step/STEP-ID/intent/after", "after it, before the step's effect"},
        {"step/STEP-ID/done/before", "after the effect was verified, before the DONE record"},
        {"step/STEP-ID/done/after", "after the DONE record"},
        {"step/STEP-ID/undo/before", "before the undo of a step"},
        {"step/STEP-ID/undo/after", "after the UNDONE record"},
        {"agent/VERB/before", "in the agent, before a node operation runs"},
        {"agent/VERB/after", "in the agent, after it, before the answer"},
        {"agent/configure/files",
         "in the agent, between the configuration's files and the node's state"},
        {"agent/use-datasource/files",
         "in the agent, between the configuration's files and the datasource that is active"},
        {"datasource/deactivate",
         "after the servers were asked, before it is said that none may start"},
        {"exchange/recorded", "in the agent, before the process that exchanges it is started"},
        {"exchange/linked", "in that process, before it restarts the agent"},
        {"exchange/stopped",
         "in that process, without systemd: the agent is stopped and none is started yet"},
        {"exchange/restarted", "in that process, before it waits for the agent's answer"},
        {"program/place", "in the agent, when the bundle's program is unpacked"},
        {"repair/put-back", "before what a repair unpacked takes its place"},
        {"copy/load", "in the agent, while a copy is filled"},
        {"copy/rename/before", "in the agent, before a copy or a backup gets its name"},
        {"drain/NODE", "skip: the node is not taken out of its balancers"},
        {"modify/looked", "after the cluster was looked at, before the lease"},
        {"uninstall/looked", "after the cluster was looked at, before the lease"},
        {"uninstall/announced", "after the balancers forgot a node, before the registry does"},
        {"uninstall/put-back", "after an original is back in its configuration's place"},
        {"uninstall/state", "in the removal of the state folder, before what is needed to the end"},
        {"setup/unpacked", "in a single-file setup, before it installs what it unpacked"},
        {"unit/removed", "after the file of a systemd unit was removed, before systemd is told"},
        {"supervisor/spawn/SERVICE", "in the agent, between fork and the service's record"},
    };
}

} // namespace locum::engine
