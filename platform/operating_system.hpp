#pragma once
// Which system runs on this host, and what for.

#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

// As os-release(5) says; empty where it does not. Windows: "windows", nothing, "10.0.20348" and
// "Windows Server 2022 Standard (10.0.20348)".
struct OperatingSystem {
    std::string id;                // "debian"
    std::vector<std::string> like; // what it is made from, closest first: "rhel", "fedora"
    std::string version;           // "12"; a system without releases has none
    std::string title;             // for people: "Debian GNU/Linux 12 (bookworm)"
    bool operator==(const OperatingSystem&) const = default;
};

// Of the text of an os-release file.
OperatingSystem parse_os_release(std::string_view text);
OperatingSystem operating_system();
std::string architecture(); // "x86_64", "aarch64"
std::string
system_name();    // what programs of this host are built for: "linux-x86_64", "windows-x86_64"
unsigned cores(); // that programs can use at once; 1 at least

} // namespace locum::platform
