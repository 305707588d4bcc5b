#include "installer/install.hpp"

#include "cluster/installed.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_state.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "installer/begun.hpp"
#include "installer/meeting.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "platform/system_folders.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

using engine::Error;
using engine::Kind;

namespace {

suite::PublicKey named_key(const std::string& answer) {
    return platform::is_absolute(answer) ? suite::PublicKey::load(answer)
                                         : suite::PublicKey::parse(answer);
}

// The key that the operator named, and no other than the cluster's where there is one already.
suite::PublicKey trusted_key(const Answers& answers, const cluster::Layout& layout) {
    std::vector<std::pair<std::string, suite::PublicKey>> keys;
    if (platform::exists(layout.state_file("node.json")))
        keys.emplace_back("this node",
                          suite::PublicKey::parse(cluster::load_node_state(layout).bundle_key));
    else if (!answers.use_token.empty())
        keys.emplace_back(
            "the network token",
            suite::PublicKey::parse(token::NetworkToken::load(answers.use_token).bundle_key));
    if (!answers.trusted_key.empty())
        keys.emplace_back("the answers", named_key(answers.trusted_key));
    if (keys.empty())
        throw Error("no key says whom to trust", Kind::usage)
            .remedy("set trusted-key in " + answers.file + " to the vendor's public key");
    for (const auto& [where, key] : keys)
        if (!(key == keys.front().second))
            throw Error(fmt::format("{} trusts key {}, {} names {}", keys.front().first,
                                    keys.front().second.fingerprint(), where, key.fingerprint()),
                        Kind::not_trusted)
                .remedy("use the key that the cluster was created with");
    return keys.front().second;
}

// " --add X --remove Y"; empty: both are the same.
std::string change_to(const std::vector<std::string>& here, const std::vector<std::string>& said) {
    std::string options;
    const auto missing = [&options](const auto& of, const auto& in, const std::string& option) {
        for (const std::string& one : of)
            if (std::find(in.begin(), in.end(), one) == in.end())
                options += option + one;
    };
    missing(said, here, " --add ");
    missing(here, said, " --remove ");
    return options;
}

// Answers for another node, or with another selection, are no answers to what is installed here.
void require_same_node(const Answers& answers, const suite::Manifest& manifest,
                       const cluster::NodeState& node, const std::string& root) {
    auto differs = [&](const std::string& what, const std::string& found, const std::string& said) {
        if (found != said)
            throw Error(fmt::format("this host is {} with {} {}; {} says {}", node.name, what,
                                    found, answers.file, said),
                        Kind::refused)
                .remedy("use this node's own answers; to change it, remove it and install it anew");
    };
    auto sorted = [](std::vector<std::string> all) {
        std::sort(all.begin(), all.end());
        return fmt::format("{}", fmt::join(all, ", "));
    };
    differs("name", node.name, answers.node_name);
    differs("address", node.address, answers.address);
    // What came to be with a component since is nobody's answer.
    const std::vector<std::string> here = suite::completed(manifest, node.components);
    const std::string change = change_to(here, answers.components);
    if (!change.empty())
        throw Error(fmt::format("this host is {} with components {}; {} says {}", node.name,
                                sorted(here), answers.file, sorted(answers.components)),
                    Kind::refused)
            .remedy(fmt::format("use this node's own answers; to change what runs here: locum "
                                "modify{}{}",
                                change, root.empty() ? "" : " --root " + root));
}

// A keystore is imported where a cluster is created, and at no other time. What was imported then
// may be named again, and its file may be gone since.
void require_same_seed(const Answers& answers, const cluster::NodeState& node,
                       const cluster::Layout& layout) {
    if (!answers.keystore || !platform::exists(answers.keystore->file))
        return;
    const token::Keystore keystore = token::Keystore::load(answers.keystore->file);
    const std::string here = cluster::holds_authority(layout)
                                 ? token::seed_fingerprint(cluster::load_suite_seed(layout))
                                 : "none";
    if (keystore.suite != layout.suite || keystore.seed != here)
        throw Error(fmt::format("this host is {} already, with the seed {}; the keystore {} has {}",
                                node.name, here, answers.keystore->file, keystore.seed),
                    Kind::refused)
            .remedy(fmt::format("leave [keystore] out of {}: a keystore is imported where a "
                                "cluster is created, and at no other time",
                                answers.file));
}

Relation relation(const Installation& installation) {
    if (!installation.facts.node)
        return Relation::none;
    const cluster::NodeState& node = *installation.facts.node;
    const suite::Manifest& manifest = installation.manifest();
    const engine::Version here = engine::Version::parse(node.version);
    require_same_node(installation.answers, manifest, node, installation.layout.root);
    require_same_seed(installation.answers, node, installation.layout);
    if (manifest.version == here)
        return Relation::same;
    if (manifest.version > here)
        return Relation::newer;
    const cluster::InstalledVersion installed(installation.layout, node.version);
    if (installed.manifest().schema != manifest.schema)
        throw Error(fmt::format("version {} over {} goes back from schema {} to {}",
                                manifest.version.text(), here.text(), installed.manifest().schema,
                                manifest.schema),
                    Kind::refused)
            .remedy("an older version needs a new network and a restored backup");
    return Relation::newer; // within one schema version either direction is an update
}

Begun inputs_of(const Installation& installation) {
    Begun begun;
    begun.bundle = installation.bundle.file();
    begun.manifest = installation.bundle.manifest_sha256();
    begun.answers_file = installation.answers.file;
    begun.answers_text = installation.answers.text;
    return begun;
}

// Before the journal is there to say which; outermost first.
std::vector<std::string> folders_to_make(const cluster::Layout& layout) {
    std::vector<std::string> wanted = platform::guarded_folders(layout.root, layout.suite);
    wanted.push_back(layout.state());
    std::vector<std::string> missing;
    for (const std::string& folder : wanted)
        for (std::string& one : platform::missing_folders(folder))
            if (!engine::contains(missing, one))
                missing.push_back(std::move(one));
    return missing;
}

// Nothing of the installation is left: neither are the folders that were made for it.
void end(const cluster::Layout& layout, const Begun& begun) {
    Begun::forget(layout);
    if (engine::contains(begun.folders, layout.state()))
        platform::remove_all(layout.state());
    platform::remove_if_empty(begun.folders);
}

} // namespace

Prepared prepare(const std::string& bundle_file, const Answers& answers, const std::string& root,
                 const std::string& program) {
    const cluster::Layout layout{root, answers.suite};
    if (const auto begun = Begun::load(layout); begun && begun->what == Begun::What::modification)
        require_none_begun(layout);
    const suite::PublicKey key = trusted_key(answers, layout);
    auto bundle = std::make_unique<suite::Bundle>(suite::Bundle::open(bundle_file, key));
    const suite::Manifest& manifest = bundle->manifest();
    if (manifest.name != answers.suite)
        throw Error(fmt::format("the bundle is of suite {}, the answers are for {}", manifest.name,
                                answers.suite),
                    Kind::usage)
            .remedy("use the right bundle or answers");
    Answers selected = answers;
    selected.components = suite::completed(manifest, answers.components);
    Installation installation{layout, selected, *bundle, gather_facts(selected, manifest, layout),
                              program};
    installation.answers.trusted_key = key.hex();
    Prepared prepared{std::move(bundle), std::move(installation), Relation::none, {}, {}};
    // A run that was cut off is taken up again, so what it made itself is no obstacle.
    if (const std::optional<Begun> begun = Begun::load(layout)) {
        require_same_inputs(*begun, inputs_of(prepared.installation), layout);
        return prepared;
    }
    prepared.relation = relation(prepared.installation);
    if (prepared.relation == Relation::none) {
        prepared.findings = preflight(selected, manifest, prepared.installation.facts);
        // The host's firewall, where this installation sets its rules, does not admit anybody yet.
        const std::optional<std::string>& firewall = prepared.installation.facts.firewall;
        meet_cluster(prepared, firewall && !firewall->empty() ? engine::Severity::warning
                                                              : engine::Severity::error);
    }
    return prepared;
}

void require_ready(const Prepared& prepared) {
    try {
        engine::require_no_errors(prepared.findings);
    } catch (const Error& error) {
        const bool privileges =
            std::any_of(prepared.findings.begin(), prepared.findings.end(),
                        [](const engine::Finding& one) { return one.name == "privileges"; });
        if (!privileges)
            throw;
        throw Error(error.what(), Kind::no_privilege).remedy(error.remedy());
    }
    if (prepared.not_admitted)
        throw *prepared.not_admitted;
}

void install(const Installation& installation, const engine::Plan& plan,
             const std::function<bool()>& cancelled, engine::Reporter& reporter) {
    const cluster::Layout& layout = installation.layout;
    Begun begun = inputs_of(installation);
    begun.folders = folders_to_make(layout);
    platform::make_guarded_folders(layout.root, layout.suite);
    platform::make_folders(layout.state(), 0700);
    bool undone = false;
    try {
        const platform::Lock lock = platform::Lock::take(layout.state_file("host.lock"), "install");
        if (const std::optional<Begun> before = Begun::load(layout)) {
            require_same_inputs(*before, begun, layout);
            begun = *before;
        } else {
            begun.operation = "install-" + platform::hex(platform::random_bytes(8));
            begun.store(layout);
        }
        platform::JournalFile journal(layout.state_file("journal"));
        undone = true; // unless the runner says otherwise
        engine::run(plan, {begun.operation, 0, begun.input_hash(), cancelled, {}}, journal,
                    reporter);
        Begun::forget(layout);
    } catch (const Error& error) {
        if (undone && error.kind() != Kind::needs_attention)
            end(layout, begun);
        throw;
    }
}

void roll_back(const cluster::Layout& layout, const std::string& bundle_file,
               const std::string& program, engine::Reporter& reporter) {
    std::optional<Begun> begun = Begun::load(layout);
    if (!begun || begun->what != Begun::What::installation)
        throw Error(
            fmt::format("no installation of {} was begun and left unfinished", layout.suite),
            Kind::usage)
            .remedy("name the right --root and --suite; an installation that ended is not taken "
                    "back");
    const std::string bundle = bundle_file.empty() ? begun->bundle : bundle_file;
    if (!platform::exists(bundle))
        throw Error(fmt::format("the bundle that it was begun with, {}, is missing", bundle),
                    Kind::usage)
            .remedy("name it where it is now: locum install BUNDLE --rollback");
    Answers answers = parse_answers(begun->answers_text, begun->answers_file);
    answers.keystore.reset(); // nothing of it is needed to take back what was done
    const Prepared prepared = prepare(bundle, answers, layout.root, program);
    {
        const platform::Lock lock = platform::Lock::take(layout.state_file("host.lock"), "install");
        platform::JournalFile journal(layout.state_file("journal"));
        engine::roll_back(install_plan(prepared.installation),
                          {begun->operation, 0, begun->input_hash(), {}, {}}, journal, reporter);
    }
    end(layout, *begun);
}

} // namespace locum::installer
