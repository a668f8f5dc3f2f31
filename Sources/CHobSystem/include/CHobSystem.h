#ifndef C_HOB_SYSTEM_H
#define C_HOB_SYSTEM_H
#if !defined(__linux__)
#error "Hob runs on Linux; on a Mac use the dev container."
#endif
#endif
