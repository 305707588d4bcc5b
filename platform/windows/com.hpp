#pragma once
// COM for one piece of work: objects, texts and errors.

#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <objbase.h>
#include <oleauto.h>

namespace locum::platform {

// While it lives this thread may use COM; another who set it up otherwise is not disturbed.
class ComThread {
public:
    ComThread();
    ComThread(const ComThread&) = delete;
    ComThread& operator=(const ComThread&) = delete;
    ~ComThread();

private:
    bool ours_ = false;
};

// An object, released at the end.
template <class T>
class Com {
public:
    Com() = default;
    Com(Com&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Com& operator=(Com&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Com() {
        if (object_)
            object_->Release();
    }

    T* operator->() const { return object_; }
    T* get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    // Where a call puts one.
    T** into() { return &object_; }
    void** into_void() { return reinterpret_cast<void**>(&object_); }

private:
    T* object_ = nullptr;
};

// A text as COM passes it.
class ComText {
public:
    ComText() = default;
    explicit ComText(const std::string& text) : text_(::SysAllocString(wide(text).c_str())) {}
    ComText(const ComText&) = delete;
    ComText& operator=(const ComText&) = delete;
    ~ComText() { ::SysFreeString(text_); }

    BSTR get() const { return text_; }
    BSTR* into() { return &text_; }
    std::string text() const { return text_ ? utf8({text_, ::SysStringLen(text_)}) : ""; }

private:
    BSTR text_ = nullptr;
};

// "WHAT: <the system's words, or the number>"; throws where the code says that it failed.
engine::Error com_error(const std::string& what, HRESULT code);
void require(HRESULT code, const std::string& what);

} // namespace locum::platform
