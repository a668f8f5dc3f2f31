import HobProtocol
import HobSupervisorCore
import HobSystem

// Orders that come again: their client has lost the connection before it had its answer.
extension Supervisor {
    /// The number of an order: the same for the same request in every life, since the journal has it.
    func number(of request: Request) -> UInt64 {
        var hash = Self.hash(of: request.id)
        // A client that uses an identifier twice gets two orders all the same.
        while case .underWay = supervision.recollect(hash) { hash &+= 1 }
        return hash
    }

    /// FNV-1a, 64 bits.
    private static func hash(of text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    /// Answers a request that was heard before, by this life or an earlier one; false when it is new after all.
    func recall(_ request: Request, _ connection: ControlConnection) -> Bool {
        guard request.again else { return false }
        let id = Self.hash(of: request.id)
        switch supervision.recollect(id) {
        case .unknown: return false
        case .over(let outcomes):
            let revision = supervision.revision
            whenStored(since: storeTicket) { [weak connection] _ in
                connection?.reply(request.id, .done(outcomes: outcomes, changes: [], revision: revision))
            }
            if request.verb == .down { shutDown() }
            return true
        case .underWay:
            let order = WaitingOrder(request, connection, after: storeTicket)
            order.slots = Set(supervision.openSlots(of: id))
            order.endsSupervisor = request.verb == .down
            waiting[id] = order
            if let limit = request.wait, limit > 0 {
                order.timer = loop.schedule(after: .milliseconds(limit)) { [unowned self] in
                    perform(supervision.expire(operation: id, at: Clock.now))
                }
            }
            return true
        }
    }

    // MARK: Safe mode

    /// In safe mode only questions are answered.
    func checkSafeMode(_ request: Request) throws(Failure) {
        guard isSafe else { return }
        switch request.verb {
        case .status, .events, .plan, .flush, .resume, .attach, .upgrade: return
        case .apply, .start, .stop, .restart, .reload, .signal, .scale, .down:
            throw Failure(
                .safeMode,
                "the supervisor has died 5 times within 10 s and runs in safe mode: nothing is started or ended; see "
                    + "'hob events' and hobd.log for the reason, then 'hob resume'")
        }
    }

    /// Goes on as if nothing had been.
    func endSafeMode() {
        guard isSafe else { return }
        isSafe = false
        announce(.warning, message: "safe mode is over")
        link?.resumed()
        resume()
    }

    // MARK: Another hobd

    /// The keeper's number, while there is one.
    var keeperNumber: Int32? { link?.isOpen == true ? keeperPID : nil }

    /// Checks the new executable, gives it to the keeper, and ends: the keeper executes it, and its supervisor goes on.
    func upgrade(_ request: Request, _ connection: ControlConnection) throws(Failure) {
        guard let path = request.targets.first, request.targets.count == 1, path.hasPrefix("/") else {
            throw Failure(.badRequest, "upgrade takes the absolute path of one hobd")
        }
        guard let link, link.isOpen else {
            throw Failure(.system, "this hobd runs without a keeper, so nobody could start the new one")
        }
        let executable: Descriptor
        do throws(SystemError) {
            executable = try Descriptor.open(path, flags: [.readOnly])
        } catch {
            throw Failure(.badRequest, error.message)
        }
        var check = SpawnRequest(path, ["--self-check", "--runtime", runtime.path])
        check.tag = ProcessTag(scope: scope, slot: 0xFFFFF, generation: 0).rawValue
        original.restore(in: &check)
        upgradeCheck?.kill()
        let limit = loop.schedule(after: .seconds(10)) { [unowned self] in
            upgradeCheck?.kill()
            upgradeCheck = nil
            connection.reply(request.id, .failed(Failure(.failed, "the new hobd does not end its self-check: refused")))
        }
        upgradeCheck = HelperProcess(
            check, keeping: [], on: loop, through: spawner, inbox: helpers
        ) { [unowned self, weak connection] result in
            loop.cancel(limit)
            upgradeCheck = nil
            switch result {
            case .failed(let reason):
                let text = "the self-check of \(path) \(reason): refused, the old hobd goes on"
                connection?.reply(request.id, .failed(Failure(.failed, text)))
            case .succeeded: handOver(executable, request, connection)
            }
        }
    }

    private func handOver(_ executable: Descriptor, _ request: Request, _ connection: ControlConnection?) {
        link?.upgrade(executable: executable) { [unowned self, weak connection] error in
            executable.close()
            if let error {
                connection?.reply(request.id, .failed(Failure(.system, error.message)))
                return
            }
            connection?.reply(request.id, .done(outcomes: [], changes: [], revision: supervision.revision))
            DaemonLog.write("giving way to a new hobd")
            // The answer has a moment to leave; whatever happens meanwhile is in the journal.
            loop.schedule(after: .milliseconds(20)) { [unowned self] in
                isGivingWay = true
                loop.stop()
            }
        }
    }
}
