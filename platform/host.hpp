#pragma once
// Facts of this host.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

struct Listener {
    std::string address;
    std::uint16_t port = 0;
    std::optional<std::int64_t> pid;
    std::string program;
};

std::string host_name();
// Says which machine a node is on: /etc/machine-id, else the boot id; Windows: its MachineGuid.
std::string machine_id();
std::string boot_id(); // another one after each boot; never empty
std::uint64_t memory_bytes();
std::int64_t now_ms();      // Unix time in ms, this host's clock
bool is_root();             // Windows: this process is elevated
std::string this_program(); // path of the running executable
// Of its interfaces that are up, but for loopback and link-local ones; IPv4 first.
std::vector<std::string> own_addresses();
// Why no server can listen at this address or name; empty: it is one of this host's.
std::string not_own_address(const std::string& address);
// Whoever listens on the TCP port at this address (or at any address). Of another user's process
// only root learns pid and program; on Windows everybody learns the pid.
std::optional<Listener> listener(const std::string& address, std::uint16_t port);
// Processes other than this one that have the file open. Only root sees those of other users.
// Windows: as the Restart Manager tells; it knows files, no folders.
std::vector<std::int64_t> holders_of(const std::string& file);

} // namespace locum::platform
