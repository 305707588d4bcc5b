#include "engine/journal.hpp"

#include "engine/error.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::engine {

namespace {

constexpr std::size_t header_size = 8;             // length and checksum
constexpr std::uint32_t longest_record = 1U << 24; // more is damage, not a record

void put_u32(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        out += static_cast<char>((value >> shift) & 0xff);
}

std::uint32_t get_u32(std::string_view bytes) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return value;
}

void put_text(std::string& out, std::string_view text) {
    put_u32(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

// Reads a payload front to back; ok is false once something did not fit.
struct Reader {
    std::string_view rest;
    bool ok = true;

    std::string_view take(std::size_t count) {
        if (count > rest.size()) {
            ok = false;
            return {};
        }
        std::string_view part = rest.substr(0, count);
        rest.remove_prefix(count);
        return part;
    }
    std::uint32_t u32() {
        std::string_view part = take(4);
        return ok ? get_u32(part) : 0;
    }
    std::string text() { return std::string(take(u32())); }
};

std::optional<Record> decode_payload(std::string_view payload) {
    Reader reader{payload};
    Record record;
    std::string_view mark = reader.take(1);
    record.epoch = reader.u32();
    record.epoch |= static_cast<std::uint64_t>(reader.u32()) << 32;
    record.operation = reader.text();
    record.step = reader.text();
    record.input_hash = reader.text();
    record.text = reader.text();
    if (!reader.ok || !reader.rest.empty() || mark[0] < 1 || mark[0] > 3)
        return std::nullopt;
    record.mark = static_cast<Mark>(mark[0]);
    return record;
}

// The record that begins at offset, if it is whole and its checksum is right.
std::optional<Record> decode_at(std::string_view bytes, std::size_t offset, std::size_t& next) {
    if (bytes.size() - offset < header_size)
        return std::nullopt;
    std::uint32_t length = get_u32(bytes.substr(offset));
    std::uint32_t sum = get_u32(bytes.substr(offset + 4));
    if (length > longest_record || length > bytes.size() - offset - header_size)
        return std::nullopt;
    std::string_view payload = bytes.substr(offset + header_size, length);
    if (crc32c(payload) != sum)
        return std::nullopt;
    next = offset + header_size + length;
    return decode_payload(payload);
}

} // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value >> 1) ^ ((value & 1) ? 0x82f63b78U : 0U);
            made[i] = value;
        }
        return made;
    }();
    std::uint32_t sum = 0xffffffffU;
    for (char c : bytes)
        sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xff] ^ (sum >> 8);
    return ~sum;
}

std::string encode(const Record& record) {
    std::string payload;
    payload += static_cast<char>(record.mark);
    put_u32(payload, static_cast<std::uint32_t>(record.epoch));
    put_u32(payload, static_cast<std::uint32_t>(record.epoch >> 32));
    put_text(payload, record.operation);
    put_text(payload, record.step);
    put_text(payload, record.input_hash);
    put_text(payload, record.text);
    std::string out;
    put_u32(out, static_cast<std::uint32_t>(payload.size()));
    put_u32(out, crc32c(payload));
    return out + payload;
}

Decoded decode(std::string_view bytes) {
    Decoded decoded;
    std::size_t offset = 0;
    while (offset < bytes.size()) {
        std::size_t next = 0;
        std::optional<Record> record = decode_at(bytes, offset, next);
        if (!record)
            break;
        decoded.records.push_back(std::move(*record));
        offset = next;
    }
    decoded.good_bytes = offset;
    // Only the last record can be torn: a whole record behind the damage means that the middle is
    // damaged.
    for (std::size_t at = offset + 1; at + header_size <= bytes.size(); ++at) {
        std::size_t next = 0;
        if (decode_at(bytes, at, next))
            throw Error(fmt::format("the journal is damaged at byte {}: no whole record there, but "
                                    "one at byte {}",
                                    offset, at),
                        Kind::needs_attention)
                .remedy("keep the file, and compare the host with `locum status` before anything "
                        "is run again");
    }
    return decoded;
}

std::vector<Record> MemoryJournal::records(std::string_view operation) const {
    std::vector<Record> some;
    for (const Record& record : all)
        if (record.operation == operation)
            some.push_back(record);
    return some;
}

std::map<std::string, StepState, std::less<>> states(const std::vector<Record>& records) {
    std::map<std::string, StepState, std::less<>> steps;
    for (const Record& record : records) {
        StepState& state = steps[record.step];
        switch (record.mark) {
        case Mark::intent:
            state.begun = true;
            state.done = false; // of a step that is done: its undo has begun
            state.result.clear();
            state.memo = record.text;
            break;
        case Mark::done:
            state.done = true;
            state.result = record.text;
            break;
        case Mark::undone:
            state = StepState{false, false, state.attempt + 1, {}, {}};
            break;
        }
    }
    return steps;
}

} // namespace locum::engine
