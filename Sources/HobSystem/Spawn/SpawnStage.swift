/// The step of a spawn that failed.
package enum SpawnStage: Int32, CaseIterable, Sendable {
    case clone = 1
    case cgroup, session, descriptors, limits, tag, nice, umask, oom, chroot, groups, group, user, directory
    case parentDeath, noNewPrivileges, birth, exec
}
