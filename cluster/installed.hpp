#pragma once
// A version of the suite as it is unpacked on this host, with what its bundle says of it.

#include "cluster/layout.hpp"
#include "suite/bundle.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::cluster {

class InstalledVersion {
public:
    // Throws Error(needs_attention) where the version is not there or not whole.
    InstalledVersion(const Layout& layout, const std::string& version);

    // Without the lists of parts and files, which only a bundle needs: it is read for every probe.
    const suite::Manifest& manifest() const { return manifest_; }
    const std::string& manifest_sha256() const { return sha256_; }
    // A template or another text of the bundle.
    std::string text(const std::string& part) const;

private:
    std::string folder_;
    suite::Manifest manifest_;
    std::string sha256_;
};

// Unpacks the components and the texts of a verified bundle into the version's folder, and keeps
// the host files of the components there, after they were checked; what is there already and whole
// stays. Returns the folders it made. reporter: told how far it is, as work of the step.
std::vector<std::string> stage(const suite::Bundle& bundle, const Layout& layout,
                               const std::vector<std::string>& components,
                               engine::Reporter& reporter, const std::string& step_id);
// True where stage() would make nothing.
bool staged(const std::string& manifest_sha256, const std::string& version, const Layout& layout,
            const std::vector<std::string>& components);

} // namespace locum::cluster
