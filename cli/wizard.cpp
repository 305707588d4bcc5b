#include "cli/wizard.hpp"

#include "datasource/grants.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "installer/checks.hpp"
#include "installer/firewall.hpp"
#include "interview/interview.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

namespace locum::cli {

using engine::Error;
using engine::Finding;
using engine::Severity;
using interview::Draft;
using interview::Form;
using interview::Interview;
using interview::Question;
using interview::Value;

namespace {

interview::Host this_host() {
    const char* home = std::getenv("HOME");
    return {platform::host_name(), platform::own_addresses(), home != nullptr ? home : "/root"};
}

suite::PublicKey key_of(const Draft& given) {
    if (const std::string token = interview::text_of(given, "token.use"); !token.empty())
        return suite::PublicKey::parse(token::NetworkToken::load(token).bundle_key);
    const std::string key = interview::text_of(given, "trusted-key");
    return key.starts_with('/') ? suite::PublicKey::load(key) : suite::PublicKey::parse(key);
}

bool goes_on(Face& face) {
    Question question{"begun", Form::choice, "An installation was begun here, and cut off",
                      "It goes on with what was answered then; or what it has done is taken back."};
    question.options = [](const Draft&) {
        return std::vector<interview::Option>{{"resume", "go on"}, {"remove", "take it back"}};
    };
    Value answer{"resume"};
    std::string fault;
    do {
        const auto reply = face.ask({question, {}, 1, {"resume"}, fault});
        answer = reply ? reply->value : Value{""};
        fault = interview::fault_of(question, {}, answer);
    } while (!fault.empty());
    return answer == Value{"resume"};
}

// What is installed answers for itself.
installer::Answers answers_of_node(const cluster::NodeState& node) {
    installer::Answers answers;
    answers.file = "this node";
    answers.suite = node.suite;
    answers.licence_accepted = true;
    answers.node_name = node.name;
    answers.address = node.address;
    answers.agent_port = node.agent_port;
    answers.components = node.components;
    return answers;
}

class Wizard {
public:
    Wizard(const WizardRequest& request, Face& face) :
        request_(request), face_(face), name_(suite::inspect_bundle(request.bundle).manifest.name) {
    }

    installer::Prepared run() {
        for (;;) {
            const suite::Bundle bundle = trusted_bundle();
            if (!ask_rest(bundle))
                continue;
            if (auto prepared = looked_at(bundle))
                return std::move(*prepared);
        }
    }

private:
    // Puts all questions that are left; false: back to before the first.
    bool ask(Interview& interview) {
        std::string fault;
        while (const Question* question = interview.current()) {
            const auto reply = face_.ask(
                {*question, interview.given(), interview.number(), interview.suggested(), fault});
            fault.clear();
            if (!reply) {
                if (!interview.back())
                    return false;
                continue;
            }
            if (reply->typed)
                typed_.insert_or_assign(question->key, *reply->typed);
            else
                typed_.erase(question->key);
            Value value = reply->value;
            if (question->form == Form::path && !value.at(0).empty() &&
                !is_key(*question, value[0]))
                value[0] = platform::absolute(value[0]);
            fault = interview.give(value);
        }
        return true;
    }

    static bool is_key(const Question& question, const std::string& text) {
        return question.key == "trusted-key" && text.size() == 64 &&
               text.find_first_not_of("0123456789abcdef") == std::string::npos;
    }

    suite::Bundle trusted_bundle() {
        for (;;) {
            Interview trust(interview::questions_of_trust(this_host(), name_), draft_);
            if (!ask(trust))
                continue; // there is nothing before the first
            keep(trust.given());
            try {
                return suite::Bundle::open(request_.bundle, key_of(draft_));
            } catch (const Error& error) {
                if (error.kind() != engine::Kind::not_trusted)
                    throw;
                face_.tell("The bundle is not signed by that key", error.one_line());
            }
        }
    }

    bool ask_rest(const suite::Bundle& bundle) {
        const suite::Manifest& manifest = bundle.manifest();
        interview::Setting setting{manifest, "", "", this_host(), false, {}};
        if (!manifest.licence.empty())
            setting.licence = bundle.text(manifest.licence);
        if (!manifest.information.empty())
            setting.information = bundle.text(manifest.information);
        setting.firewall = request_.root.empty() && platform::is_root() &&
                           !installer::firewall_in_force({"", manifest.name}).empty();
        setting.try_datasource = [this](const Draft& draft) { return fault_of_datasource(draft); };
        std::vector<Question> all = interview::questions_of_trust(setting.host, name_);
        std::set<std::string> of_trust;
        for (const Question& question : all)
            of_trust.insert(question.key);
        for (Question& question : interview::questions_of_suite(setting))
            all.push_back(std::move(question));
        Interview whole(all, draft_);
        while (whole.current() && of_trust.contains(whole.current()->key) &&
               whole.give(whole.suggested()).empty())
            continue;
        const Draft before = whole.given();
        const bool through = ask(whole);
        const Draft after = whole.given();
        keep(after);
        // Whom to trust is decided before the bundle is read.
        return through && std::all_of(before.begin(), before.end(), [&](const auto& one) {
                   const auto found = after.find(one.first);
                   return found != after.end() && found->second == one.second;
               });
    }

    void keep(const Draft& given) {
        for (const auto& [key, value] : given)
            draft_[key] = value;
        given_ = given;
    }

    installer::Answers answers_of(const Draft& given) const {
        installer::Answers answers = installer::parse_answers(
            interview::answers_text(name_, interview::lines_of(given)), "the answers given");
        if (answers.datasource)
            for (const auto& [name, account] :
                 {std::pair{"application", &answers.datasource->application},
                  std::pair{"locum", &answers.datasource->locum}})
                if (const auto found = typed_.find(fmt::format("datasource.{}.password", name));
                    found != typed_.end())
                    account->password.typed = found->second;
        return answers;
    }

    std::string fault_of_datasource(const Draft& draft) const {
        // Only [datasource] counts here: the rest need not be given yet.
        Draft enough = draft;
        enough.try_emplace("components", Value{"any"});
        enough.try_emplace("node.name", Value{"any"});
        enough.try_emplace("node.address", Value{"any"});
        try {
            const installer::Answers answers = answers_of(enough);
            for (const Finding& finding :
                 datasource::check_grants(installer::settings_of(*answers.datasource, "", name_)))
                if (finding.severity == Severity::error)
                    return fmt::format("found {}; expected {}. {}", finding.found, finding.expected,
                                       finding.remedy);
            return "";
        } catch (const Error& error) {
            return fmt::format("found {}. {}", error.one_line(), error.remedy());
        }
    }

    // What is found here, then the plan; nullopt: back to the questions.
    std::optional<installer::Prepared> looked_at(const suite::Bundle&) {
        for (;;) {
            installer::Prepared prepared = installer::prepare(request_.bundle, answers_of(given_),
                                                              request_.root, request_.program);
            prepared.findings = installer::demoted(std::move(prepared.findings), request_.ignored);
            std::string text;
            bool errors = prepared.not_admitted.has_value();
            for (const Finding& finding : prepared.findings) {
                errors = errors || finding.severity == Severity::error;
                text += fmt::format("{}: {}\n",
                                    finding.severity == Severity::error ? "error" : "warning",
                                    to_line(finding));
            }
            if (prepared.not_admitted)
                text += fmt::format("error: {}\n", prepared.not_admitted->one_line());
            if (!text.empty())
                face_.tell("What was found", text);
            if (errors) {
                if (!again())
                    return std::nullopt;
                continue;
            }
            if (!wanted(prepared))
                return std::nullopt;
            return prepared;
        }
    }

    bool again() {
        Question question{
            "again", Form::choice, "This speaks against the installation",
            "Put it right in another window and look again, or change what you answered."};
        question.options = [](const Draft&) {
            return std::vector<interview::Option>{{"again", "look again"},
                                                  {"back", "back to the questions"}};
        };
        question.suggested = [](const Draft&) { return Value{"again"}; };
        Interview one({question});
        return ask(one) && interview::text_of(one.given(), "again") == "again";
    }

    bool wanted(const installer::Prepared& prepared) {
        const engine::Plan plan = installer::install_plan(prepared.installation);
        std::string text;
        for (const std::string& line : engine::lines(engine::describe(plan)))
            text += "  " + line + "\n";
        Question question{"install", Form::accept, plan.title,
                          "Nothing has been changed so far. What fails is taken back whole.", text};
        Interview one({question});
        return ask(one);
    }

    const WizardRequest& request_;
    Face& face_;
    std::string name_; // of the suite, as the bundle says
    Draft draft_;      // whatever was given, to be suggested again
    Draft given_;      // what counts
    std::map<std::string, engine::Secret> typed_;
};

} // namespace

std::optional<installer::Prepared> ask_installation(const WizardRequest& request, Face& face) {
    const cluster::Layout layout{request.root, suite::inspect_bundle(request.bundle).manifest.name};
    const auto prepared = [&](const installer::Answers& answers) {
        return installer::prepare(request.bundle, answers, request.root, request.program);
    };
    if (const auto begun = installer::Begun::load(layout);
        begun && begun->what == installer::Begun::What::installation) {
        if (goes_on(face))
            return prepared(installer::parse_answers(begun->answers_text, begun->answers_file));
        return std::nullopt;
    }
    if (platform::exists(layout.state_file("node.json")))
        return prepared(answers_of_node(cluster::load_node_state(layout)));
    return Wizard(request, face).run();
}

} // namespace locum::cli
