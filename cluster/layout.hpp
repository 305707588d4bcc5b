#pragma once
// Where one suite's files are on a host (design section 4), below --root DIR or "/"; where that is
// on Windows: platform/system_folders.hpp.

#include <string>

namespace locum::cluster {

struct Layout {
    std::string root; // "" for the host itself, else an absolute folder
    std::string suite;

    std::string product() const; // /opt/<suite>
    std::string etc() const;     // /etc/opt/<suite>
    std::string data() const;    // /var/opt/<suite>
    std::string run() const;     // /run/<suite>
    std::string state() const;   // /var/lib/locum/<suite>
    std::string logs() const;    // /var/log/locum/<suite>
    std::string version(const std::string& version) const;
    std::string component(const std::string& version, const std::string& component) const;
    std::string current(const std::string& component) const; // the link
    std::string programs() const;                            // of Locum, a folder for each version
    std::string state_file(const std::string& name) const;
};

// Of a component, where the product's folder is, on whichever host.
std::string component_below(const std::string& product, const std::string& version,
                            const std::string& component);

// The suites that have state below root; the one, where there is one. Throws Error(usage) naming
// them where there is none or several.
std::string only_suite(const std::string& root);

} // namespace locum::cluster
