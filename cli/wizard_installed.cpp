#include "cli/wizard_installed.hpp"

#include "cli/asking.hpp"
#include "cluster/node_state.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/checks.hpp"
#include "installer/inventory.hpp"
#include "installer/repair.hpp"
#include "upgrade/host_by_host.hpp"
#include "upgrade/modify.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cli {

using cluster::NodeState;
using engine::contains;
using engine::Error;
using engine::Kind;
using interview::Draft;
using interview::Form;
using interview::Option;
using interview::Question;
using interview::Value;

namespace {

// What is installed answers for itself.
installer::Answers answers_of_node(const NodeState& node) {
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
Question selection_question(const suite::Manifest& manifest) {
    const interview::Setting setting{manifest, "", "", this_host(), false, {}};
    for (Question& question : interview::questions_of_suite(setting))
        if (question.key == "components")
            return question;
    throw Error("the suite has no components to choose from", Kind::refused);
}

installer::Selection change_to(const Value& before, const Value& after) {
    installer::Selection change;
    std::copy_if(after.begin(), after.end(), std::back_inserter(change.add),
                 [&](const std::string& name) { return !contains(before, name); });
    std::copy_if(before.begin(), before.end(), std::back_inserter(change.remove),
                 [&](const std::string& name) { return !contains(after, name); });
    return change;
}

std::string plan_of(const upgrade::Modifying& modifying) {
    std::string text = text_of(modifying.findings) + text_of(modifying.plan);
    for (const std::string& note : modifying.notes)
        text += fmt::format("note: {}\n", note);
    return text;
}

// What it would do; nullopt where it cannot be, and why was told.
std::optional<upgrade::Modifying> possible(const upgrade::ModifyRequest& request, Face& face) {
    try {
        return upgrade::modifying_of(request);
    } catch (const Error& error) {
        if (error.kind() != Kind::refused && error.kind() != Kind::usage)
            throw;
        face.tell("This cannot be done", text_of(error));
        return std::nullopt;
    }
}

// false: back to the selection.
bool is_wanted(const upgrade::ModifyRequest& request, Face& face) {
    for (;;) {
        const auto modifying = possible(request, face);
        if (!modifying)
            return false;
        if (!installer::has_errors(modifying->findings) && !modifying->not_admitted)
            return accepted(face, modifying->title,
                            "Nothing has been changed so far. What fails is taken back whole.",
                            plan_of(*modifying), WayBack::there);
        const std::string found =
            text_of(modifying->findings) +
            (modifying->not_admitted ? text_of(*modifying->not_admitted) : "");
        if (!face.tell("What was found", found) || !looks_again(face))
            return false;
    }
}

// nullopt: back.
std::optional<Wish> modification(const WizardRequest& request, Face& face,
                                 const cluster::Layout& layout, const suite::Manifest& manifest,
                                 const NodeState& node) {
    // Of all topologies: what is here may fit several, and which one it is the cluster says.
    const Draft given{{interview::network_key, {"use"}}};
    Question question = selection_question(manifest);
    Value before;
    for (const Option& option : question.options(given))
        if (node.has(option.value))
            before.push_back(option.value);
    Value after = before;
    question.suggested = [&after](const Draft&) { return after; };
    for (;;) {
        const auto chosen = ask_alone(face, question, WayBack::there, given);
        if (!chosen)
            return std::nullopt;
        after = *chosen;
        const installer::Selection change = change_to(before, after);
        if (change.add.empty() && change.remove.empty())
            return Wish{Wish::What::nothing};
        upgrade::ModifyRequest wanted{layout, request.program, request.bundle, change};
        wanted.ignored = request.ignored;
        if (is_wanted(wanted, face)) {
            Wish wish{Wish::What::modify};
            wish.selection = change;
            return wish;
        }
    }
}

// false: back. Where nothing is to be done, the repair itself says so.
bool repair_is_wanted(const WizardRequest& request, Face& face, const cluster::Layout& layout) {
    const installer::InstalledNode node =
        installer::look_at_node(layout, request.program, {{}, request.bundle});
    installer::require_repairable(node);
    const std::vector<installer::Resource> resources = installer::inventory(node);
    const std::vector<installer::Verified> found = installer::verify(resources);
    const engine::Plan plan = installer::repair_plan(node, found);
    return plan.steps.empty() ||
           accepted(face, plan.title,
                    "Nothing has been changed so far. A server that is restarted is not drained "
                    "first. What fails is taken up when the command is run again.",
                    text_of(engine::describe(plan)), WayBack::there);
}

Wish wish_over_same(const WizardRequest& request, Face& face, const cluster::Layout& layout,
                    const suite::Manifest& manifest, const NodeState& node) {
    Question question{
        "installed", Form::choice,
        fmt::format("{} {} is installed here as {}", manifest.title, node.version, node.name),
        "It is the version of this bundle, so there is nothing to upgrade. To take it "
        "off this host: locum uninstall."};
    question.options = [](const Draft&) {
        return std::vector<Option>{
            {"leave", "change nothing"},
            {"modify", "add components, or remove some"},
            {"repair", "compare the host with what was installed, and put right what differs"}};
    };
    question.suggested = [](const Draft&) { return Value{"leave"}; };
    for (;;) {
        const auto answer = ask_alone(face, question, WayBack::none);
        if (answer == Value{"leave"})
            return {Wish::What::nothing};
        if (answer == Value{"repair"}) {
            if (repair_is_wanted(request, face, layout))
                return {Wish::What::repair};
        } else if (auto wish = modification(request, face, layout, manifest, node))
            return std::move(*wish);
    }
}

std::string in_words(const installer::Begun::Change& change) {
    std::vector<std::string> parts;
    if (!change.add.empty())
        parts.push_back(fmt::format("add {}", fmt::join(change.add, ", ")));
    if (!change.remove.empty())
        parts.push_back(fmt::format("remove {}", fmt::join(change.remove, ", ")));
    return fmt::format("{}", fmt::join(parts, ", and "));
}

} // namespace

std::string relation_text(const suite::Manifest& bundle, const std::string& version) {
    const engine::Version here = engine::Version::parse(version);
    const std::string text =
        fmt::format("{} {} is installed here, and this bundle is ", bundle.title, version);
    if (bundle.version > here)
        return text + "newer";
    return text + (bundle.version < here
                       ? fmt::format("older, {}, with the same schema", bundle.version.text())
                       : "of that version");
}

Wish wish_over_begun(Face& face, const installer::Begun& begun) {
    const bool modification = begun.what == installer::Begun::What::modification;
    std::string help = "It goes on with what was answered then; or what it has done is taken back.";
    if (modification)
        help = fmt::format("It was to {}. It goes on; or what it has done is taken back.",
                           in_words(begun.change));
    Question question{"begun", Form::choice,
                      fmt::format("{} {} was begun here, and cut off", modification ? "A" : "An",
                                  name_of(begun.what)),
                      help};
    question.options = [](const Draft&) {
        return std::vector<Option>{{"resume", "go on"}, {"remove", "take it back"}};
    };
    question.suggested = [](const Draft&) { return Value{"resume"}; };
    const bool goes_on = ask_alone(face, question, WayBack::none) == Value{"resume"};
    if (modification)
        return {goes_on ? Wish::What::resume_modification : Wish::What::take_back_modification};
    if (!goes_on)
        return {Wish::What::take_back};
    Wish wish;
    wish.begun = installer::parse_answers(begun.answers_text, begun.answers_file);
    return wish;
}

Wish wish_over_installed(const WizardRequest& request, Face& face, const cluster::Layout& layout) {
    const NodeState node = cluster::load_node_state(layout);
    installer::Prepared over =
        installer::prepare(request.bundle, answers_of_node(node), request.root, request.program);
    const suite::Manifest& manifest = over.installation.manifest();
    const bool is_open = upgrade::part_is_open(over.installation);
    if (over.relation == installer::Relation::same && !is_open)
        return wish_over_same(request, face, layout, manifest, node);
    const upgrade::Part part = upgrade::part_of(over.installation, request.ignored);
    std::string reading = text_of(part.findings) + text_of(part.plan);
    if (is_open)
        reading +=
            "The upgrade was begun: this part begins, or goes on where it was cut off. To take "
            "the whole upgrade back: locum upgrade rollback.\n";
    accepted(face, part.title,
             relation_text(manifest, node.version) +
                 ": the host's part of the cluster's upgrade. Where there are other servers, they "
                 "serve meanwhile.",
             reading, WayBack::none);
    return {Wish::What::install, std::move(over)};
}

} // namespace locum::cli
