#pragma once
// The journal of one host's own steps: one append-only file.

#include "engine/journal.hpp"
#include "platform/open_file.hpp"

#include <memory>
#include <string>

namespace locum::platform {

class JournalFile final : public engine::Journal {
public:
    // Creates the file (0600) or opens it; cuts a torn tail. Throws Error(needs_attention) with the
    // offset where it is damaged in the middle, Error(busy) where it is open elsewhere.
    explicit JournalFile(const std::string& file);
    ~JournalFile() override;
    // After a failure it takes nothing more: a failed fsync is never tried again.
    void append(const engine::Record& record) override;
    std::vector<engine::Record> records(std::string_view operation) const override;
    std::vector<engine::Record> all() const { return records_; }

private:
    std::string file_;
    OpenFile open_; // closed after a failure
    std::vector<engine::Record> records_;
};

} // namespace locum::platform
