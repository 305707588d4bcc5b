// Who listens on a port, from the table of connections, and who has a file open, as the Restart
// Manager tells. It knows what holds a file that is to be replaced, which is what is asked here;
// without privilege it may leave out processes of other users.
#include "platform/host.hpp"
#include "platform/native_process.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <restartmanager.h>
#include <winsock2.h>
#include <ws2tcpip.h>
// After them.
#include <iphlpapi.h>

namespace locum::platform {

namespace {

template <class Table, class Use>
void each_listener(ULONG family, Use use) {
    std::vector<char> bytes(1U << 14);
    auto size = static_cast<DWORD>(bytes.size());
    DWORD result = ERROR_INSUFFICIENT_BUFFER;
    for (int tries = 0; tries < 4 && result == ERROR_INSUFFICIENT_BUFFER; ++tries) {
        bytes.resize(size);
        result = ::GetExtendedTcpTable(bytes.data(), &size, FALSE, family,
                                       TCP_TABLE_OWNER_PID_LISTENER, 0);
    }
    if (result != NO_ERROR)
        return;
    const auto* const table = reinterpret_cast<const Table*>(bytes.data());
    for (DWORD i = 0; i < table->dwNumEntries; ++i)
        use(table->table[i]);
}

std::uint16_t port_of(DWORD in_network_order) {
    return ntohs(static_cast<std::uint16_t>(in_network_order));
}

// A table may tell none: there is no process 0 that listens.
std::optional<std::int64_t> owner(DWORD pid) {
    return pid == 0 ? std::nullopt : std::optional<std::int64_t>(pid);
}

// Ends with it.
struct RestartSession {
    DWORD id = 0;
    bool open = false;
    RestartSession() {
        std::array<wchar_t, CCH_RM_SESSION_KEY + 1> key{};
        open = ::RmStartSession(&id, 0, key.data()) == ERROR_SUCCESS;
    }
    ~RestartSession() {
        if (open)
            ::RmEndSession(id);
    }
    RestartSession(const RestartSession&) = delete;
    RestartSession& operator=(const RestartSession&) = delete;
};

} // namespace

std::vector<ListeningSocket> listening_sockets(std::uint16_t port) {
    std::vector<ListeningSocket> sockets;
    each_listener<MIB_TCPTABLE_OWNER_PID>(AF_INET, [&](const MIB_TCPROW_OWNER_PID& row) {
        if (port_of(row.dwLocalPort) != port)
            return;
        ListeningSocket socket{
            {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, owner(row.dwOwningPid), ""};
        std::memcpy(socket.address.data() + 12, &row.dwLocalAddr, 4);
        sockets.push_back(std::move(socket));
    });
    each_listener<MIB_TCP6TABLE_OWNER_PID>(AF_INET6, [&](const MIB_TCP6ROW_OWNER_PID& row) {
        if (port_of(row.dwLocalPort) != port)
            return;
        ListeningSocket socket{{}, owner(row.dwOwningPid), ""};
        std::memcpy(socket.address.data(), row.ucLocalAddr, 16);
        sockets.push_back(std::move(socket));
    });
    return sockets;
}

void find_owner(const ListeningSocket& socket, std::optional<std::int64_t>&, std::string& program) {
    program = executable_of_process(socket.pid.value_or(0)).value_or("");
}

std::vector<std::int64_t> holders_of(const std::string& file) {
    std::vector<std::int64_t> holders;
    const RestartSession session;
    // Paths without "\\?\" only.
    const std::wstring path = wide(with_backslashes(file));
    const wchar_t* const files[] = {path.c_str()};
    if (!session.open || ::RmRegisterResources(session.id, 1, const_cast<LPCWSTR*>(files), 0,
                                               nullptr, 0, nullptr) != ERROR_SUCCESS)
        return holders;
    std::vector<RM_PROCESS_INFO> found(16);
    DWORD result = ERROR_MORE_DATA;
    for (int tries = 0; tries < 4 && result == ERROR_MORE_DATA; ++tries) {
        UINT needed = 0;
        auto count = static_cast<UINT>(found.size());
        DWORD reasons = 0;
        result = ::RmGetList(session.id, &needed, &count, found.data(), &reasons);
        found.resize(result == ERROR_MORE_DATA ? needed + 16 : count);
    }
    if (result != ERROR_SUCCESS)
        return holders;
    for (const RM_PROCESS_INFO& one : found)
        if (one.Process.dwProcessId != ::GetCurrentProcessId())
            holders.push_back(one.Process.dwProcessId);
    std::sort(holders.begin(), holders.end());
    return holders;
}

} // namespace locum::platform
