#pragma once
// Where this system wants what belongs to a suite, and to Locum itself. root: "" for the host
// itself, else an absolute folder below which everything is as it would be on the host.

#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

//                   Linux                  Windows
// product           /opt/SUITE             Program Files\SUITE
// configurations    /etc/opt/SUITE         ProgramData\SUITE\etc
// data              /var/opt/SUITE         ProgramData\SUITE\data
// run               /run/SUITE             ProgramData\SUITE\run
// state             /var/lib/locum/SUITE   ProgramData\Locum\state\SUITE
// logs              /var/log/locum/SUITE   ProgramData\Locum\logs\SUITE
// Windows says where Program Files and ProgramData are, whatever the environment holds.
struct SuiteFolders {
    std::string product, configurations, data, run, state, logs;
};
SuiteFolders suite_folders(const std::string& root, const std::string& suite);
// Each suite's folder is in it, under the suite's name.
std::string folder_of_states(const std::string& root);
std::string folder_of_logs(const std::string& root);

// Folders above a suite's own in a place where every user may make some, outermost first: whoever
// needs them makes them with make_guarded_folders() before anything else. Linux: none.
std::vector<std::string> guarded_folders(const std::string& root, const std::string& suite);
// Makes them, closed to other users. Throws Error where one is somebody else's, or a link: what is
// in it could be exchanged; and where one was open to others, with anything of theirs in it.
void make_guarded_folders(const std::string& root, const std::string& suite);

// Where Locum's program is sought; the last one is where a setup leaves it.
std::vector<std::string> places_of_tool(const std::string& root);
// For what is unpacked for the time of one run: nobody may exchange what this process makes in it.
std::string scratch_folder();
// A fresh folder there, for this user only, by the beginning of its name. What was left so by
// processes that have ended is removed where the system does not do that by itself.
std::string make_scratch_folder(std::string_view prefix);

} // namespace locum::platform
