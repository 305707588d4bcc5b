#include "suite/bundle.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/operating_system.hpp"
#include "platform/tree.hpp"
#include "suite/bundle_reader.hpp"
#include "suite/output_file.hpp"
#include "suite/systems.hpp"
#include "suite/unpack.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace locum::suite {

using engine::Error;
using engine::Kind;

struct Bundle::State {
    platform::InputFile file;
    Manifest manifest;
    std::string manifest_text;
    std::string manifest_sha256;
    std::map<std::string, std::uint64_t> places;
    std::vector<Bundle> carried = {};

    const Part& part(const std::string& path) const {
        const auto found = std::find_if(manifest.parts.begin(), manifest.parts.end(),
                                        [&](const Part& p) { return p.path == path; });
        if (found == manifest.parts.end())
            throw Error(fmt::format("{}: found no part '{}'; expected one that its manifest lists",
                                    file.path(), path),
                        Kind::usage)
                .remedy(fmt::format("see the parts with: locum bundle inspect {}", file.path()));
        return *found;
    }
};

Bundle::Bundle(std::unique_ptr<State> state) : state_(std::move(state)) {}
Bundle::~Bundle() = default;
Bundle::Bundle(Bundle&&) noexcept = default;
Bundle& Bundle::operator=(Bundle&&) noexcept = default;

namespace {

BundleHead trusted_head(const platform::InputFile& input, const PublicKey& trusted) {
    BundleHead head = read_head(input);
    if (head.signature.key != trusted.hex())
        not_trusted(input.path(),
                    fmt::format("a signature by the key {}",
                                PublicKey::parse(head.signature.key).fingerprint()),
                    fmt::format("one by the trusted key {}", trusted.fingerprint()));
    if (!trusted.verify(head.manifest, head.signature.signature))
        not_trusted(input.path(), "a signature that does not fit its manifest",
                    fmt::format("one by the trusted key {}", trusted.fingerprint()));
    return head;
}

} // namespace

std::string signed_manifest(const std::string& file, const PublicKey& trusted) {
    return trusted_head(platform::InputFile(file), trusted).manifest;
}

Bundle Bundle::open(const std::string& file, const PublicKey& trusted) {
    return open(file, trusted, platform::system_name());
}

Bundle Bundle::open(const std::string& file, const PublicKey& trusted, const std::string& system) {
    Bundle bundle = open_whole(platform::InputFile(file), trusted, system);
    for (const Via& via : bundle.manifest().via)
        bundle.state_->carried.push_back(bundle.open_carried(via, trusted));
    return bundle;
}

Bundle Bundle::open_whole(platform::InputFile file, const PublicKey& trusted,
                          const std::string& system) {
    Bundle bundle = open_by(parse_manifest, std::move(file), trusted);
    for (auto& [kind, engine] : bundle.state_->manifest.database.engines)
        for (auto& migration : engine.migrations)
            for (auto& part : migration.run)
                if (part.host_file.empty() && part.argv.empty())
                    part.sql = bundle.text(part.name);
    bundle.state_->manifest = for_system(bundle.state_->manifest, system);
    return bundle;
}

Bundle Bundle::open_carried(const Via& via, const PublicKey& trusted) const {
    const std::string path = via_part(via);
    const std::string name = fmt::format("{}:{}", file(), path);
    Bundle bundle =
        open_whole(state_->file.within(state_->places.at(path), state_->part(path).size, name),
                   trusted, manifest().system);
    const Manifest& found = bundle.manifest();
    if (found.name != manifest().name || found.version.text() != via.version.text() ||
        found.schema != via.schema)
        not_trusted(
            name,
            fmt::format("{} {} with schema {}", found.name, found.version.text(), found.schema),
            fmt::format("{} {} with schema {}", manifest().name, via.version.text(), via.schema));
    if (!found.via.empty())
        not_trusted(name, "a bundle that carries others", "one that carries none");
    return bundle;
}

Bundle Bundle::open_by(Parse parse, platform::InputFile input, const PublicKey& trusted) {
    const BundleHead head = trusted_head(input, trusted);
    // From here on the manifest is the vendor's word, and everything else is held against it.
    Manifest manifest = read_manifest(input, head.manifest, parse);
    auto places = verify_parts(input, head, manifest);
    auto state =
        std::make_unique<State>(State{std::move(input), std::move(manifest), head.manifest,
                                      platform::sha256_hex(head.manifest), std::move(places)});
    return Bundle(std::move(state));
}

const Manifest& Bundle::manifest() const {
    return state_->manifest;
}
const std::string& Bundle::manifest_text() const {
    return state_->manifest_text;
}
const std::string& Bundle::manifest_sha256() const {
    return state_->manifest_sha256;
}
const std::string& Bundle::file() const {
    return state_->file.path();
}
std::uint64_t Bundle::size() const {
    return state_->file.size();
}

const std::vector<Bundle>& Bundle::carried() const {
    return state_->carried;
}

void Bundle::save(const std::string& to) const {
    const std::string part = to + ".part";
    try {
        OutputFile output(part);
        platform::set_mode(part, 0600);
        std::string buffer(std::size_t{1} << 20, '\0');
        std::uint64_t at = 0;
        while (const std::size_t count = state_->file.read_at(at, buffer.data(), buffer.size())) {
            output.write({buffer.data(), count});
            at += count;
        }
        output.close();
        platform::sync_file(part);
        platform::rename_durably(part, to);
    } catch (const engine::Error&) {
        platform::remove_all(part); // a disk that is full is not kept full by it
        throw;
    }
}

std::string Bundle::text(const std::string& part) const {
    return read_part(state_->file, state_->part(part), state_->places.at(part));
}

const Part& Bundle::payload_of(const std::string& name) const {
    const Component* component = state_->manifest.component(name); // or it is a program
    const std::string payload =
        component == nullptr ? name : payload_name(*component, state_->manifest.system);
    if (payload.empty())
        throw Error(fmt::format("{} brings '{}' for {} only; this host is {}", file(), name,
                                systems_text(*component), state_->manifest.system),
                    Kind::refused)
            .remedy("ask the bundle's vendor for one that brings it for this system, too");
    return state_->part(payload_part(payload));
}

std::uint64_t Bundle::payload_bytes(const std::string& component) const {
    return payload_of(component).size;
}

void Bundle::unpack(const std::string& component, const std::string& into,
                    const std::function<void(std::uint64_t more)>& taken) const {
    const Part& part = payload_of(component);
    const auto ours = [&](const File& file) { return file.component == component; };
    // One component's files stand together.
    const auto& all = state_->manifest.files;
    const auto begin = std::find_if(all.begin(), all.end(), ours);
    const auto end = std::find_if_not(begin, all.end(), ours);
    engine::during(fmt::format("unpacking '{}' from {}", component, file()), [&] {
        unpack_payload(state_->file, part, state_->places.at(part.path), {begin, end}, into, taken);
    });
}

void require_suite(const Manifest& manifest, const std::string& installed) {
    if (manifest.name != installed)
        throw Error(
            fmt::format(
                "found a bundle of the suite '{}'; expected one of '{}', which is installed",
                manifest.name, installed),
            Kind::not_trusted)
            .remedy(fmt::format("name a bundle of {}", installed));
}

Inspection inspect_bundle(const std::string& file) {
    const platform::InputFile input(file);
    const BundleHead head = read_head(input);
    const PublicKey key = PublicKey::parse(head.signature.key);
    Inspection seen;
    seen.manifest = read_manifest(input, head.manifest);
    seen.signers.push_back(key.fingerprint());
    seen.signature_matches = key.verify(head.manifest, head.signature.signature);
    return seen;
}

} // namespace locum::suite
