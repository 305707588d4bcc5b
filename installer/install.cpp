#include "installer/install.hpp"

#include "cluster/installed.hpp"
#include "cluster/node_state.hpp"
#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

suite::PublicKey named_key(const std::string& answer) {
    return answer.starts_with('/') ? suite::PublicKey::load(answer)
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

// Answers for another node, or with another selection, are no answers to what is installed here.
void require_same_node(const Answers& answers, const cluster::NodeState& node) {
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
    differs("components", sorted(node.components), sorted(answers.components));
}

Relation relation(const Installation& installation) {
    if (!installation.facts.node)
        return Relation::none;
    const cluster::NodeState& node = *installation.facts.node;
    const suite::Manifest& manifest = installation.manifest();
    const engine::Version here = engine::Version::parse(node.version);
    require_same_node(installation.answers, node);
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

// Says that an installation was begun and not ended; kept beside the journal.
struct Begun {
    std::string file;

    struct Content {
        std::string operation;
        std::string input_hash;
        std::vector<std::string> folders; // that were made for it
    };

    std::optional<Content> read() const {
        if (!platform::exists(file))
            return std::nullopt;
        const json value = json::parse(platform::read_file(file));
        return Content{value.at("operation"), value.at("input-hash"),
                       value.at("folders").get<std::vector<std::string>>()};
    }
    void write(const Content& content) const {
        platform::write_file(file,
                             json{{"operation", content.operation},
                                  {"input-hash", content.input_hash},
                                  {"folders", content.folders}}
                                     .dump() +
                                 "\n",
                             0600);
    }
    void end() const { platform::remove_all(file); }
};

} // namespace

Prepared prepare(const std::string& bundle_file, const Answers& answers, const std::string& root,
                 const std::string& program) {
    const cluster::Layout layout{root, answers.suite};
    const suite::PublicKey key = trusted_key(answers, layout);
    auto bundle = std::make_unique<suite::Bundle>(suite::Bundle::open(bundle_file, key));
    const suite::Manifest& manifest = bundle->manifest();
    if (manifest.name != answers.suite)
        throw Error(fmt::format("the bundle is of suite {}, the answers are for {}", manifest.name,
                                answers.suite),
                    Kind::usage)
            .remedy("use the right bundle or answers");
    Installation installation{layout, answers, *bundle, gather_facts(answers, manifest, layout),
                              program};
    installation.answers.trusted_key = key.hex();
    Relation how = relation(installation);
    std::vector<engine::Finding> findings;
    // A run that was cut off is taken up again, so what it made itself is no obstacle.
    const Begun begun{layout.state_file("installation.json")};
    if (begun.read())
        how = Relation::none;
    else if (how == Relation::none)
        findings = preflight(answers, manifest, installation.facts);
    return {std::move(bundle), std::move(installation), how, std::move(findings)};
}

void install(const Installation& installation, const engine::Plan& plan,
             const std::function<bool()>& cancelled, engine::Reporter& reporter) {
    const cluster::Layout& layout = installation.layout;
    Begun::Content content;
    content.folders = platform::missing_folders(layout.state());
    platform::make_folders(layout.state(), 0700);
    const Begun begun{layout.state_file("installation.json")};
    bool undone = false;
    try {
        const platform::Lock lock = platform::Lock::take(layout.state_file("host.lock"), "install");
        content.input_hash =
            platform::sha256_hex(installation.answers.text + installation.bundle.manifest_sha256());
        if (auto before = begun.read()) {
            if (before->input_hash != content.input_hash)
                throw Error(
                    fmt::format(
                        "an installation ({}) was begun here with other answers or another bundle",
                        before->operation),
                    Kind::unfinished)
                    .remedy(
                        "run it again with what it was begun with: it goes on where it stopped");
            content = *before;
        } else {
            content.operation = "install-" + platform::hex(platform::random_bytes(8));
            begun.write(content);
        }
        platform::JournalFile journal(layout.state_file("journal"));
        undone = true; // unless the runner says otherwise
        engine::run(plan, {content.operation, 0, content.input_hash, cancelled, {}}, journal,
                    reporter);
        begun.end();
    } catch (const Error& error) {
        if (undone && error.kind() != Kind::needs_attention) {
            begun.end();
            if (!content.folders.empty()) {
                platform::remove_all(layout.state());
                platform::remove_if_empty(content.folders);
            }
        }
        throw;
    }
}

} // namespace locum::installer
