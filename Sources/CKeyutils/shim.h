/*
 * The kernel's key management for Swift (keyrings(7), keyctl(3)). The archive is linked, so that the program needs no
 * library where it runs; it is a handful of system calls.
 */
#ifndef GENESYS_LOGIN_CKEYUTILS_SHIM_H
#define GENESYS_LOGIN_CKEYUTILS_SHIM_H

#include <keyutils.h>

#endif
