#pragma once
// Rendered configurations on their way to the disk: each that its manifest can check is checked as
// a file beside the one that it is to replace.

#include "installer/rendering.hpp"

namespace locum::installer {

// Behind the name of a config that was there before ours.
inline constexpr const char* before_us = ".before-locum";
// Behind the names of ours on their way: while it is checked, and while its owner gets it.
inline constexpr const char* candidate = ".candidate";
inline constexpr const char* fresh = ".fresh";

// Runs the checks; changes no configuration. Throws Error(failed) that quotes the check's words.
void check_configs(const std::vector<Rendered>& files);
// Checks all, then replaces the files one by one, each by one rename.
void write_configs(const std::vector<Rendered>& files);
// One file, with its mode and owner, by one rename.
void place(const Rendered& file);

} // namespace locum::installer
