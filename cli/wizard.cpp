#include "cli/wizard.hpp"

#include "cli/needs.hpp"
#include "datasource/grants.hpp"
#include "engine/check.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "installer/checks.hpp"
#include "installer/firewall.hpp"
#include "interview/interview.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "suite/topology.hpp"
#include "upgrade/host_by_host.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

namespace locum::cli {

using engine::contains;
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

// One question by itself; asked again until the answer holds, and where there is no way back.
Value answer_to(Face& face, const Question& question, const Draft& given = {}) {
    std::string fault;
    for (;;) {
        const auto reply =
            face.ask({question, given, 1, interview::suggestion(question, given), fault});
        if (!reply)
            continue;
        fault = interview::fault_of(question, given, reply->value);
        if (fault.empty())
            return reply->value;
    }
}

void accepted(Face& face, const Question& question) {
    answer_to(face, question);
}

std::string lines_of_plan(const std::vector<engine::PlanLine>& plan) {
    std::string text;
    for (const std::string& line : engine::lines(plan))
        text += "  " + line + "\n";
    return text;
}

bool goes_on(Face& face) {
    Question question{"begun", Form::choice, "An installation was begun here, and cut off",
                      "It goes on with what was answered then; or what it has done is taken back."};
    question.options = [](const Draft&) {
        return std::vector<interview::Option>{{"resume", "go on"}, {"remove", "take it back"}};
    };
    question.suggested = [](const Draft&) { return Value{"resume"}; };
    return answer_to(face, question) == Value{"resume"};
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

// What of the selection a person chooses: the rest comes with it.
Wish selection_of(Face& face, const suite::Manifest& manifest, const cluster::NodeState& node) {
    const interview::Setting setting{manifest, "", "", this_host(), false, {}};
    Draft given{{interview::network_key, {"use"}}};
    if (const suite::Topology* topology = suite::topology_of(manifest, node.components))
        given[interview::topology_key] = {topology->name};
    for (Question& question : interview::questions_of_suite(setting)) {
        if (question.key != "components")
            continue;
        std::vector<std::string> before;
        for (const interview::Option& option : question.options(given))
            if (node.has(option.value))
                before.push_back(option.value);
        question.suggested = [before](const Draft&) { return before; };
        const Value after = answer_to(face, question, given);
        Wish wish{Wish::What::modify};
        std::copy_if(after.begin(), after.end(), std::back_inserter(wish.selection.add),
                     [&](const std::string& name) { return !contains(before, name); });
        std::copy_if(before.begin(), before.end(), std::back_inserter(wish.selection.remove),
                     [&](const std::string& name) { return !contains(after, name); });
        if (wish.selection.add.empty() && wish.selection.remove.empty())
            wish.what = Wish::What::nothing;
        return wish;
    }
    return {Wish::What::nothing};
}

Wish wish_over_same(Face& face, const suite::Manifest& manifest, const cluster::NodeState& node) {
    Question question{
        "installed", Form::choice,
        fmt::format("{} {} is installed here as {}", manifest.title, node.version, node.name),
        "It is the version of this bundle, so there is nothing to upgrade. To take it "
        "off this host: locum uninstall."};
    question.options = [](const Draft&) {
        return std::vector<interview::Option>{
            {"leave", "change nothing"},
            {"modify", "add components, or remove some"},
            {"repair", "compare the host with what was installed, and put right what differs"}};
    };
    question.suggested = [](const Draft&) { return Value{"leave"}; };
    const Value answer = answer_to(face, question);
    if (answer == Value{"modify"})
        return selection_of(face, manifest, node);
    return {answer == Value{"repair"} ? Wish::What::repair : Wish::What::nothing};
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
        setting.root = request_.root;
        setting.try_datasource = [this](const Draft& draft) { return fault_of_datasource(draft); };
        setting.try_keystore = [this](const Draft& draft) { return fault_of_keystore(draft); };
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
        if (answers.keystore)
            if (const auto found = typed_.find("keystore.passphrase"); found != typed_.end())
                answers.keystore->passphrase.typed = found->second;
        return answers;
    }

    // Answers of which one table counts: the rest need not be given yet.
    installer::Answers enough_of(Draft draft) const {
        for (const char* key : {"components", "node.name", "node.address"})
            draft.try_emplace(key, Value{"any"});
        return answers_of(draft);
    }

    std::string fault_of_keystore(const Draft& draft) const {
        try {
            const installer::KeystoreAnswer keystore = enough_of(draft).keystore.value();
            token::Keystore::load(keystore.file).open(installer::read_secret(keystore.passphrase));
            return "";
        } catch (const Error& error) {
            return fmt::format("found {}. {}", error.one_line(), error.remedy());
        }
    }

    std::string fault_of_datasource(const Draft& draft) const {
        try {
            const installer::Answers answers = enough_of(draft);
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
        Question question{"install", Form::accept, plan.title,
                          "Nothing has been changed so far. What fails is taken back whole.",
                          lines_of_plan(engine::describe(plan)) +
                              needs_text(prepared.installation)};
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

Wish ask_wish(const WizardRequest& request, Face& face) {
    const suite::Manifest manifest = suite::inspect_bundle(request.bundle).manifest;
    const cluster::Layout layout{request.root, manifest.name};
    if (const auto begun = installer::Begun::load(layout);
        begun && begun->what == installer::Begun::What::installation) {
        if (!goes_on(face))
            return {Wish::What::take_back};
        Wish wish;
        wish.begun = installer::parse_answers(begun->answers_text, begun->answers_file);
        return wish;
    }
    if (!platform::exists(layout.state_file("node.json")))
        return {Wish::What::install, Wizard(request, face).run()};
    const cluster::NodeState node = cluster::load_node_state(layout);
    installer::Prepared over =
        installer::prepare(request.bundle, answers_of_node(node), request.root, request.program);
    if (over.relation == installer::Relation::same && !upgrade::part_is_open(over.installation))
        return wish_over_same(face, over.installation.manifest(), node);
    const upgrade::Part part = upgrade::part_of(over.installation, request.ignored);
    accepted(face,
             {"part", Form::accept, part.title,
              fmt::format("{} {} is installed here, and this bundle is newer: the host's part "
                          "of the cluster's upgrade. The other hosts serve meanwhile.",
                          manifest.title, node.version),
              lines_of_plan(part.plan)});
    return {Wish::What::install, std::move(over)};
}

} // namespace locum::cli
