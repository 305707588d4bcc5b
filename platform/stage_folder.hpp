#pragma once
// A stage's folder, reached into without passing through links; for platform/stage.cpp.

#include "platform/open_file.hpp"

#include <memory>
#include <string>

namespace locum::platform {

class StageFolder {
public:
    // Makes it, 0700.
    explicit StageFolder(const std::string& path);
    ~StageFolder();
    StageFolder(const StageFolder&) = delete;
    StageFolder& operator=(const StageFolder&) = delete;

    struct Folder;
    // "" is the stage's folder itself. Throws where it is not there, or a link is on the way.
    std::shared_ptr<const Folder> open(const std::string& relative) const;
    // Of a name in an open folder; shown: for errors. All throw where there is something already.
    static void make_folder(const Folder& in, const std::string& name, unsigned mode,
                            const std::string& shown);
    // Threads may call it together.
    static OpenFile make_file(const Folder& in, const std::string& name, unsigned mode,
                              const std::string& shown);
    void make_link(const Folder& in, const std::string& name, const std::string& target,
                   const std::string& shown);
    static void sync_folder(const Folder& folder, const std::string& shown);

    // False: the system cannot, each file is to be synced by itself.
    static bool can_sync_all();
    void sync_all();
    // Nothing is made any more, but links that had to wait; the mode is the folder's own.
    void finish(unsigned mode);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
