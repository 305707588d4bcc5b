#include "platform/new_file.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/tree.hpp"

namespace locum::platform {

NewFile::NewFile(std::string path, unsigned mode) :
    path_(std::move(path)), part_(path_ + ".part"), mode_(mode) {
    remove_file(part_);
    file_ = OpenFile::open("write", part_, OpenFile::Use::make, mode_ & 0700U, path_);
}

NewFile::~NewFile() {
    if (!file_)
        return;
    file_.close();
    remove_file(part_);
}

void NewFile::publish() {
    set_mode(part_, mode_);
    file_.sync();
    file_.close();
    try {
        rename_durably(part_, path_);
    } catch (...) {
        remove_file(part_);
        throw;
    }
}

} // namespace locum::platform
