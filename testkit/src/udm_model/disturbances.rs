//! What goes wrong at the target, and what people do there by hand.

use serde_json::json;

use super::world::World;
use super::{BASE, GROUPS, PEOPLE};
use crate::udm::{Fault, FaultKind, Kind, ObjectView, UdmDouble};

impl World {
    /// Something goes wrong in the next run, perhaps.
    pub fn disturb(&mut self, udm: &UdmDouble) -> bool {
        if !self.random.percent(50) {
            return false;
        }
        let nth = u64::try_from(self.random.between(1..=8)).unwrap_or(1);
        let busy = FaultKind::Answer {
            status: 503,
            headers: vec![("retry-after".into(), "0".into())],
            body: "\"The service could not be reached. Please retry.\"".into(),
        };
        let fault = match self.random.below(7) {
            0 => Fault::nth_write(nth, FaultKind::LoseReply),
            1 => Fault::nth_write(nth, FaultKind::Reset),
            2 => Fault::nth_write(nth, busy),
            3 => Fault::nth_write(nth, FaultKind::precondition_failed()),
            4 => Fault::nth_write(nth, FaultKind::CutBody),
            // The run ends there, as if it were killed.
            5 => Fault::always(FaultKind::directory_away()).after(6 + nth),
            _ => Fault::always(FaultKind::Reset).after(6 + nth),
        };
        udm.inject(fault);
        true
    }

    /// Changes at the target by hand.
    pub fn work_by_hand(&mut self, udm: &UdmDouble) {
        for _ in 0..self.random.below(3) {
            match self.random.below(6) {
                0 => {
                    if let Some(group) = self.pick_object(udm, Kind::Group, GROUPS) {
                        udm.add_member(&group.dn, &format!("uid=Administrator,cn=users,{BASE}"));
                    }
                }
                1 => {
                    if let Some(group) = self.pick_object(udm, Kind::Group, GROUPS)
                        && let [first, ..] = &udm.members(&group.dn)[..]
                    {
                        udm.remove_member(&group.dn, first);
                    }
                }
                2 => {
                    if let Some(user) = self.pick_object(udm, Kind::User, PEOPLE) {
                        let level = user.dn.trim_end_matches(PEOPLE).trim_end_matches(',');
                        if !level.contains("ou=sub") {
                            udm.add_ou(&format!("ou=sub,{PEOPLE}"));
                            udm.relocate(&user.dn, &format!("{level},ou=sub,{PEOPLE}"));
                        }
                    }
                }
                // However the name is spelled.
                3 => {
                    if let Some(group) = self.pick_object(udm, Kind::Group, GROUPS)
                        && let Some(user) = self.pick_object(udm, Kind::User, PEOPLE)
                    {
                        udm.add_member(&group.dn, &user.dn.to_uppercase().replace("\\,", "\\2c"));
                    }
                }
                4 => {
                    if let Some(user) = self.pick_object(udm, Kind::User, PEOPLE) {
                        udm.set(
                            &user.dn,
                            json!({"lastname": "By Hand"}).as_object().expect("an object"),
                        );
                    }
                }
                _ => {
                    if let Some(user) = self.pick_object(udm, Kind::User, PEOPLE) {
                        let other = format!("cn=Domain Admins,cn=groups,{BASE}");
                        udm.add_member(&other, &user.dn);
                    }
                }
            }
        }
    }

    fn pick_object(&mut self, udm: &UdmDouble, kind: Kind, place: &str) -> Option<ObjectView> {
        let all: Vec<ObjectView> = udm
            .objects(kind)
            .into_iter()
            .filter(|object| object.dn.ends_with(place))
            .collect();
        (!all.is_empty()).then(|| self.random.pick(&all).clone())
    }
}
