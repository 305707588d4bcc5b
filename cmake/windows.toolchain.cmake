# Cross-compiles for Windows x86-64 with Debian's mingw-w64 (POSIX threads), and runs what is built with Wine.
# LOCUM_WINDOWS_PREFIX (environment, or cache) is the folder with the libraries; scripts/windows makes and names it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(triple x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${triple}-gcc-posix)
set(CMAKE_CXX_COMPILER ${triple}-g++-posix)
set(CMAKE_RC_COMPILER ${triple}-windres)

if(NOT LOCUM_WINDOWS_PREFIX)
    set(LOCUM_WINDOWS_PREFIX $ENV{LOCUM_WINDOWS_PREFIX} CACHE PATH "Libraries for Windows, made by scripts/windows")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES LOCUM_WINDOWS_PREFIX)
set(CMAKE_FIND_ROOT_PATH ${LOCUM_WINDOWS_PREFIX} /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

get_filename_component(scripts ${CMAKE_CURRENT_LIST_DIR}/../scripts ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR ${scripts}/lib/wine)
