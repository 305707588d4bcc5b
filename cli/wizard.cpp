#include "cli/wizard.hpp"

#include "cli/asking.hpp"
#include "cli/found.hpp"
#include "cli/needs.hpp"
#include "cli/wizard_installed.hpp"
#include "datasource/grants.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "installer/checks.hpp"
#include "installer/firewall.hpp"
#include "interview/interview.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

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

// Also where it cannot be asked: a person may then choose to have it left alone.
bool has_firewall(const std::string& suite) {
    try {
        return !installer::firewall_in_force({"", suite}).empty();
    } catch (const engine::Error&) {
        return true;
    }
}

suite::PublicKey key_of(const Draft& given) {
    if (const std::string token = interview::text_of(given, "token.use"); !token.empty())
        return suite::PublicKey::parse(token::NetworkToken::load(token).bundle_key);
    const std::string key = interview::text_of(given, "trusted-key");
    return platform::is_absolute(key) ? suite::PublicKey::load(key) : suite::PublicKey::parse(key);
}

class Wizard {
public:
    Wizard(const WizardRequest& request, Face& face) :
        request_(request), face_(face), name_(suite::inspect_bundle(request.bundle).manifest.name) {
    }

    installer::Prepared run() {
        Way way = Way::forth;
        for (;;) {
            const suite::Bundle bundle = trusted_bundle();
            if (!ask_rest(bundle, std::exchange(way, Way::forth)))
                continue;
            if (auto prepared = looked_at())
                return std::move(*prepared);
            way = Way::back;
        }
    }

private:
    // forth: to what has not been answered, or does not hold any more. back: to the last question.
    enum class Way { forth, back };

    // Puts all questions that are left.
    void ask(Interview& interview) {
        std::string fault;
        while (const Question* question = interview.current()) {
            const std::size_t number = interview.number();
            const auto reply =
                face_.ask({*question, interview.given(), number, interview.suggested(), fault,
                           number > 1, typed_.contains(question->key)});
            fault.clear();
            if (!reply) {
                interview.back();
                continue;
            }
            Value value = reply->value;
            if (reply->typed)
                typed_.insert_or_assign(question->key, *reply->typed);
            else if (value != Value{"prompt"})
                typed_.erase(question->key);
            if (question->form == Form::path && !value.at(0).empty() &&
                !is_key(*question, value[0]))
                value[0] = platform::absolute(value[0]);
            const std::string key = question->key;
            fault = interview.give(value);
            if (!fault.empty())
                typed_.erase(key);
        }
    }

    static bool is_key(const Question& question, const std::string& text) {
        return question.key == "trusted-key" && text.size() == 64 &&
               text.find_first_not_of("0123456789abcdef") == std::string::npos;
    }

    suite::Bundle trusted_bundle() {
        Interview trust(interview::questions_of_trust(this_host(), name_), draft_);
        trust.to_end();
        for (;;) {
            ask(trust);
            keep(trust.given());
            try {
                return suite::Bundle::open(request_.bundle, key_of(given_));
            } catch (const Error& error) {
                if (error.kind() != engine::Kind::not_trusted)
                    throw;
                face_.tell("The bundle is not signed by that key", error.one_line());
            }
            trust.back();
        }
    }

    // false: whom to trust was answered anew.
    bool ask_rest(const suite::Bundle& bundle, Way way) {
        const suite::Manifest& manifest = bundle.manifest();
        interview::Setting setting{manifest, "", "", this_host(), false, {}};
        if (!manifest.licence.empty())
            setting.licence = bundle.text(manifest.licence);
        if (!manifest.information.empty())
            setting.information = bundle.text(manifest.information);
        setting.firewall =
            request_.root.empty() && platform::is_root() && has_firewall(manifest.name);
        setting.root = request_.root;
        setting.try_datasource = [this](const Draft& draft) { return fault_of_datasource(draft); };
        setting.try_keystore = [this](const Draft& draft) { return fault_of_keystore(draft); };
        std::vector<Question> all = interview::questions_of_trust(setting.host, name_);
        std::vector<std::string> of_trust;
        for (const Question& question : all)
            of_trust.push_back(question.key);
        for (Question& question : interview::questions_of_suite(setting))
            all.push_back(std::move(question));
        const Draft before = draft_;
        Interview whole(all, draft_);
        whole.to_end();
        if (way == Way::back && !whole.current())
            whole.back();
        ask(whole);
        const Draft after = whole.given();
        keep(after);
        // Whom to trust is decided before the bundle is read.
        return std::all_of(of_trust.begin(), of_trust.end(), [&](const std::string& key) {
            const auto now = after.find(key), then = before.find(key);
            return now == after.end() || (then != before.end() && now->second == then->second);
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
    std::optional<installer::Prepared> looked_at() {
        for (;;) {
            installer::Prepared prepared = installer::prepare(request_.bundle, answers_of(given_),
                                                              request_.root, request_.program);
            prepared.findings = installer::demoted(std::move(prepared.findings), request_.ignored);
            std::string text = text_of(prepared.findings);
            if (prepared.not_admitted)
                text += text_of(*prepared.not_admitted);
            text += text.empty() ? "Nothing speaks against the installation.\n" : "";
            const installer::Installation& here = prepared.installation;
            const auto needs = installer::needs_of(here.manifest(), here.answers.components);
            text += "\n" + measured_text(here.facts, needs.back(), prepared.clocks);
            if (!face_.tell("What was found", text))
                return std::nullopt;
            if (installer::has_errors(prepared.findings) || prepared.not_admitted) {
                if (!looks_again(face_))
                    return std::nullopt;
                continue;
            }
            const engine::Plan plan = installer::install_plan(here);
            if (!accepted(face_, plan.title,
                          "Nothing has been changed so far. What fails is taken back whole.",
                          text_of(engine::describe(plan)) + needs_text(here), WayBack::there))
                return std::nullopt;
            return prepared;
        }
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
    if (const auto begun = installer::Begun::load(layout))
        return wish_over_begun(face, *begun);
    if (platform::exists(layout.state_file("node.json")))
        return wish_over_installed(request, face, layout);
    return {Wish::What::install, Wizard(request, face).run()};
}

} // namespace locum::cli
