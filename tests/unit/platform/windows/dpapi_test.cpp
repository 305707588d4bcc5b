#include "platform/windows/dpapi.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("DPAPI: only what no later try changes is told as of elsewhere") {
    for (const DWORD code : {static_cast<DWORD>(NTE_BAD_KEY_STATE), DWORD{ERROR_INVALID_DATA}})
        CHECK_MESSAGE(is_of_elsewhere(code), code);
    for (const DWORD code :
         {DWORD{ERROR_ACCESS_DENIED}, DWORD{ERROR_NOT_ENOUGH_MEMORY}, DWORD{ERROR_FILE_NOT_FOUND},
          DWORD{RPC_S_SERVER_UNAVAILABLE}, DWORD{ERROR_NO_SUCH_LOGON_SESSION}, DWORD{0}})
        CHECK_FALSE_MESSAGE(is_of_elsewhere(code), code);
}
