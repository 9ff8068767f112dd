"""One function per command: check everything first, then emit. A refusal after the first event would be a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rexian.engine import commands as cmd
from rexian.engine.decision import Decision
from rexian.engine.handlers import (
    agents,
    call_backs,
    calls,
    configuration,
    consults,
    contacts,
    endings,
    policies,
    reception,
    talking,
    ticking,
)  # fmt: skip

HANDLERS: dict[type[Any], Callable[[Decision, Any], None]] = {
    cmd.DefineQueue: configuration.define_queue,
    cmd.RetireQueue: configuration.retire_queue,
    cmd.DefineAgent: configuration.define_agent,
    cmd.RetireAgent: configuration.retire_agent,
    cmd.SetAgentState: agents.set_agent_state,
    cmd.SetReach: agents.set_reach,
    cmd.ProveOffer: agents.prove_offer,
    cmd.AcceptOffer: agents.accept_offer,
    cmd.RejectOffer: agents.reject_offer,
    cmd.StartContact: contacts.start_contact,
    cmd.IdentifyCustomer: contacts.identify_customer,
    cmd.SetCustomerPresence: contacts.set_customer_presence,
    cmd.AddNote: contacts.add_note,
    cmd.PostMessage: talking.post_message,
    cmd.MarkRead: talking.mark_read,
    cmd.TransferInteraction: talking.transfer_interaction,
    cmd.EndInteraction: endings.end_interaction,
    cmd.ExtendAfterContactWork: endings.extend_after_contact_work,
    cmd.WrapUp: endings.wrap_up_handling,
    cmd.RateContact: endings.rate_contact,
    cmd.Tick: ticking.tick,
    cmd.PublishPolicy: policies.publish_policy,
    cmd.SwitchRule: policies.switch_rule,
    cmd.RecordSelfService: call_backs.record_self_service,
    cmd.RequestCallBack: call_backs.request_call_back,
    cmd.ReceiveContact: reception.receive_contact,
    cmd.NoteReception: reception.note_reception,
    cmd.QueueInteraction: reception.queue_interaction,
    cmd.SetHold: calls.set_hold,
    cmd.JoinInteraction: calls.join_interaction,
    cmd.LeaveInteraction: calls.leave_interaction,
    cmd.AddExternal: calls.add_external,
    cmd.TakeOver: calls.take_over,
    cmd.SetRecording: calls.set_recording,
    cmd.NoteRecording: calls.note_recording,
    cmd.Consult: consults.consult,
    cmd.CompleteTransfer: consults.complete_transfer,
}
