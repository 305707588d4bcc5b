#pragma once
// What the system tells of programs, processes and sockets, for the parts of this folder that are
// the same on every system.

#include "platform/process.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

// The file that is executed where this absolute path is named; "": none may be.
std::string program_at(const std::string& path);
// It names a folder, so that PATH does not count.
bool names_folder(const std::string& program);
std::vector<std::string> program_folders(); // of PATH

// The first line of a process's record, as start_detached() wrote it; nullopt: it is none.
std::optional<ProcessId> parse_record_line(std::string_view line);
std::string record_line_form(); // for people: "a line of /proc/PID/stat"
// A process with this pid and start time runs, whatever it executes.
bool runs_since(const ProcessId& process);
// nullopt: it may not be read without more privilege; "": there is no such process.
std::optional<std::string> executable_of_process(std::int64_t pid);
bool same_executable(const std::string& one, const std::string& other);

// Every address as IPv6; IPv4 mapped into it.
using SocketAddress = std::array<unsigned char, 16>;
struct ListeningSocket {
    SocketAddress address{};
    std::optional<std::int64_t> pid; // where it is known without a search
    std::string id;                  // to search by
};
std::vector<ListeningSocket> listening_sockets(std::uint16_t port);
// Whose socket it is: fills in pid and program as far as they may be known.
void find_owner(const ListeningSocket& socket, std::optional<std::int64_t>& pid,
                std::string& program);

// Standard output is a pipe, and nobody reads it any more.
bool output_reader_gone();

// A line from the terminal without echo, and the character that ended it: '\n', Ctrl-C, or 0 where
// input ended.
constexpr char ctrl_c = 3;
char read_silently(std::string& line);

} // namespace locum::platform
