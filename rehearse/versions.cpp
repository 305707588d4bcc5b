#include "rehearse/versions.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

// The suite.toml that is meant; empty: it is a bundle.
std::string source_of(const std::string& named) {
    if (named.ends_with(".toml"))
        return named;
    const std::string inside = named + "/suite.toml";
    return platform::exists(inside) ? inside : "";
}

void require_there(const std::string& file) {
    if (!platform::exists(file))
        throw Error(fmt::format("there is nothing at {}", file), Kind::usage)
            .remedy("name a bundle, or a folder with a suite.toml");
}

Versions opened(const std::string& before, const std::string& after, const suite::PublicKey& key) {
    const suite::Bundle one = suite::Bundle::open(before, key);
    const suite::Bundle other = suite::Bundle::open(after, key);
    return {before,
            after,
            one.manifest(),
            other.manifest(),
            one.manifest_sha256(),
            other.manifest_sha256(),
            key};
}

Versions built(const std::string& before, const std::string& after, const std::string& folder) {
    const suite::SigningKey key = suite::SigningKey::generate();
    const std::string before_file = folder + "/before.bundle";
    const std::string after_file = folder + "/after.bundle";
    suite::build_bundle(before, key, before_file);
    suite::build_bundle(after, key, after_file);
    return opened(before_file, after_file, key.public_key());
}

Versions opened(const Options& options, const std::string& before, const std::string& after) {
    if (options.key.empty())
        throw Error("bundles, and no key to trust", Kind::usage)
            .remedy("give the vendor's public key with --key FILE; a suite's source needs none");
    const std::string file = platform::absolute(options.key);
    const suite::PublicKey key = platform::exists(file) ? suite::PublicKey::load(file)
                                                        : suite::PublicKey::parse(options.key);
    return opened(before, after, key);
}

} // namespace

Versions read_versions(const Options& options, const std::string& folder) {
    const std::string before = platform::absolute(options.before);
    const std::string after = platform::absolute(options.after);
    require_there(before);
    require_there(after);
    const std::string before_source = source_of(before);
    const std::string after_source = source_of(after);
    if (before_source.empty() != after_source.empty())
        throw Error(fmt::format("{} is a suite's source, {} is a bundle",
                                before_source.empty() ? after : before,
                                before_source.empty() ? before : after),
                    Kind::usage)
            .remedy("build the source first, with the bundle's key: locum bundle build SUITE --key "
                    "FILE -o BUNDLE");
    if (!before_source.empty() && !options.key.empty())
        throw Error("a key for sources, which are signed with a key of their own", Kind::usage)
            .remedy("leave --key out");
    Versions versions = before_source.empty() ? opened(options, before, after)
                                              : built(before_source, after_source, folder);
    if (versions.before.name != versions.after.name)
        throw Error(fmt::format("{} is of {}, {} of {}", before, versions.before.name, after,
                                versions.after.name),
                    Kind::usage)
            .remedy("name two versions of one suite");
    return versions;
}

} // namespace locum::rehearse
