#include "platform/windows/named_object.hpp"

#include "platform/windows/wide.hpp"

#include <aclapi.h>
#include <sddl.h>

namespace locum::platform {

SECURITY_ATTRIBUTES* own_object() {
    struct Made {
        std::unique_ptr<void, LocalFreed> descriptor;
        SECURITY_ATTRIBUTES attributes{};
        Made() {
            const std::wstring user = wide(digits_of(user_of(::GetCurrentProcess())));
            const std::wstring text =
                L"O:" + user + L"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;" + user + L")";
            void* made = nullptr;
            if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                    text.c_str(), SDDL_REVISION_1, &made, nullptr) == 0)
                fail("cannot make an access control list");
            descriptor.reset(made);
            attributes = {sizeof attributes, made, FALSE};
        }
    };
    static Made made;
    return &made.attributes;
}

Sid owner_of_object(HANDLE object) {
    PSID owner = nullptr;
    void* descriptor = nullptr;
    const DWORD code = ::GetSecurityInfo(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION,
                                         &owner, nullptr, nullptr, nullptr, &descriptor);
    const std::unique_ptr<void, LocalFreed> owned(descriptor);
    return code == ERROR_SUCCESS ? bytes_of(owner) : Sid();
}

bool is_trusted_object(HANDLE object, HANDLE process) {
    const Sid owner = owner_of_object(object);
    if (owner.empty())
        return false;
    return is_own_or_administrators(owner) || (process != nullptr && owner == user_of(process));
}

} // namespace locum::platform
