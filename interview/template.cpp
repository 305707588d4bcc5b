// All questions of an installation as a commented answers file.

#include "interview/questions.hpp"
#include "suite/systems.hpp"

#include <fmt/format.h>

namespace locum::interview {

namespace {

// The network's first host with everything of the first topology, and all of it asked: so that no
// key is missing.
Draft widest(const Setting& setting) {
    Draft draft{{network_key, {"create"}},
                {advanced_key, {"yes"}},
                {keystore_key, {"yes"}},
                {"datasource.type", {"postgresql"}},
                {"firewall.manage", {"yes"}}};
    Value& components = draft["components"];
    for (const suite::Component& component : setting.manifest.components)
        if (suite::is_offered(setting.manifest, component.name))
            components.push_back(component.name);
    return draft;
}

std::string values_text(const Question& question, const Draft& draft) {
    if (question.form != Form::choice && question.form != Form::several)
        return "";
    std::string text;
    for (const Option& option : question.options(draft))
        text += fmt::format("{}{} ({}{}{})", text.empty() ? " One of: " : ", ", option.value,
                            option.title, option.note.empty() ? "" : "; ", option.note);
    return text + ".";
}

// What a host must say for itself, as an example.
Value example_of(const std::string& key, const Setting& setting) {
    if (key == "token.use")
        return {setting.manifest.name + ".token"};
    if (key == "trusted-key")
        return {"vendor.pub"};
    if (key == "licence-accepted")
        return {"no"};
    if (key.starts_with("services.") && key.ends_with(".account"))
        return {"service-account"};
    if (key == "datasource.host")
        return {"db.example.org"};
    if (key == "datasource.application.password")
        return {"file", "app.password"};
    if (key == "datasource.locum.password")
        return {"file", "locum.password"};
    if (key == "keystore.file")
        return {setting.manifest.name + ".keystore"};
    if (key == "keystore.passphrase")
        return {"file", "keystore.passphrase"};
    return {};
}

bool optional_key(const std::string& key) {
    return key == "token.use" || key == "data-directory" || key == "run-directory" ||
           key == "node.agent-port" || key == "datasource.file" || key == "datasource.port" ||
           key.starts_with("ports.") || key.starts_with("services.") ||
           key.starts_with("keystore.") || key.starts_with("firewall.");
}

} // namespace

std::string template_of(const Setting& setting) {
    const Draft draft = widest(setting);
    std::vector<Line> lines;
    std::vector<Question> all = questions_of_trust(setting.host, setting.manifest.name);
    for (Question& question : questions_of_suite(setting))
        all.push_back(std::move(question));
    for (const Question& question : all) {
        if (!is_answer(question.key))
            continue;
        Value value = example_of(question.key, setting);
        if (value.empty())
            value = suggestion(question, draft);
        if (value.empty())
            value = {""};
        lines.push_back(
            {question.key, value,
             fmt::format("{}. {}{}", question.title, question.help, values_text(question, draft)),
             optional_key(question.key)});
    }
    return answers_text(setting.manifest.name, lines);
}

} // namespace locum::interview
