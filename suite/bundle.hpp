#pragma once
// The bundle: one signed file with one version of a suite. Layout and rules: docs/bundle-format.md.

#include "engine/reporter.hpp"
#include "suite/manifest.hpp"
#include "suite/trust.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace locum::platform {
class InputFile;
}

namespace locum::suite {

// Builds the bundle of the suite whose suite.toml is given; the same input gives the same bytes.
// Throws Error(usage) where the suite's source is wrong. Returns the manifest as it was signed.
// via: bundles of versions on the way, to be carried. Throws Error where one is not whole, of the
// same key and suite, or carries others itself; nothing is written then.
Manifest build_bundle(const std::string& suite_toml, const SigningKey& key, const std::string& to,
                      const std::vector<std::string>& via = {});

// A bundle that was verified whole: canonical form, signature by a trusted key, size and hash of
// every part, and all that of each version on the way. Holds the descriptor that was verified;
// everything is read from it and nothing else.
class Bundle {
public:
    // Throws Error(not_trusted) for whatever is not exactly what the key signed, Error(refused) for
    // a bundle that a newer Locum must read, Error(usage) where there is no such file.
    // Its manifest is that of this host's system, or of the named one (suite/systems.hpp); verified
    // is all of it.
    static Bundle open(const std::string& file, const PublicKey& trusted);
    static Bundle open(const std::string& file, const PublicKey& trusted,
                       const std::string& system);

    ~Bundle();
    Bundle(Bundle&&) noexcept;
    Bundle& operator=(Bundle&&) noexcept;

    const Manifest& manifest() const;
    const std::string& manifest_text() const;   // as it was signed
    const std::string& manifest_sha256() const; // identifies the bundle
    const std::string& file() const;
    std::uint64_t size() const;
    // Of the versions on the way, in their order.
    const std::vector<Bundle>& carried() const;
    // All of it as a file of its own (0600), which is there whole or not at all.
    void save(const std::string& file) const;
    // The text of a small part (template, licence, migration).
    std::string text(const std::string& part) const;
    // Unpacks a component's payload for the manifest's system into the folder `into`, which must
    // not exist: it is filled as `into`.stage (0700; one left by a killed run is removed first),
    // every file's hash is checked, all is synced and then renamed. Leaves nothing behind on
    // failure. taken: told how many more bytes of the payload were read; may be empty.
    void unpack(const std::string& component, const std::string& into,
                const std::function<void(std::uint64_t more)>& taken = {}) const;
    // Of the component's payload, as it is in the bundle.
    std::uint64_t payload_bytes(const std::string& component) const;

private:
    friend class ProgramBundle;
    using Parse = Manifest (*)(std::string_view text, const std::string& file_name);
    static Bundle open_by(Parse parse, platform::InputFile file, const PublicKey& trusted);
    static Bundle open_whole(platform::InputFile file, const PublicKey& trusted,
                             const std::string& system);
    const Part& payload_of(const std::string& component) const;
    Bundle open_carried(const Via& via, const PublicKey& trusted) const;

    struct State;
    explicit Bundle(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// The text of the manifest in a bundle, if this key signed it; its parts are not looked at. Throws
// Error(not_trusted) else.
std::string signed_manifest(const std::string& file, const PublicKey& trusted);

// Throws Error(not_trusted) where the manifest is not of the suite that is installed.
void require_suite(const Manifest& manifest, const std::string& installed);

// Reads the signer and manifest without trusting them, for `bundle inspect`.
struct Inspection {
    Manifest manifest;
    std::vector<std::string> signers; // key fingerprints
    bool signature_matches = false;   // by the key named in the bundle itself
};
Inspection inspect_bundle(const std::string& file);

} // namespace locum::suite
