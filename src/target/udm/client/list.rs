//! Searches, whose answers are parsed while they arrive.

use std::cell::RefCell;
use std::collections::HashSet;

use reqwest::Response;

use super::unreachable::broke_off;
use super::{Call, Client, LONGEST, odd};
use crate::http::{self, Flow, Splitter};
use crate::model::Fingerprints;
use crate::target::udm::wire::{ListHead, Object};
use crate::target::{TargetError, TargetErrorKind};

impl Client {
    /// Sends a search and passes on each object while the answer arrives. An interrupted search is repeated; objects
    /// that were passed on before are skipped.
    pub(in crate::target::udm) async fn list(
        &self,
        call: &Call,
        each: &RefCell<dyn FnMut(Object) + '_>,
    ) -> Result<(), TargetError> {
        let (known, numbers) = (RefCell::new(HashSet::new()), Fingerprints::default());
        let new = RefCell::new(|object: Object| {
            if known.borrow_mut().insert(numbers.number(&object.uuid)) {
                (each.borrow_mut())(object);
            }
        });
        self.repeated(call, async || {
            let reply = self.transmit(call).await?;
            if !reply.status().is_success() {
                let (status, headers) = (reply.status(), reply.headers().clone());
                let body = self.body(call, reply).await?;
                return self.check_status(call, status, &headers, &body);
            }
            self.take_list(call, reply, &new).await
        })
        .await
    }

    async fn take_list(
        &self,
        call: &Call,
        mut reply: Response,
        each: &RefCell<impl FnMut(Object)>,
    ) -> Result<(), TargetError> {
        let (url, status) = (reply.url().to_string(), reply.status().as_u16());
        let (mut flow, mut count) = (Flow::new(http::GRACE), 0_u64);
        let mut items = Splitter::new("\"udm:object\"", 2);
        let broken = |error| broke_off(call.operation, &url, &error);
        while let Some(chunk) = flow.next(&mut reply).await.map_err(broken)? {
            let fed = items.feed(chunk.as_ref(), |item| {
                count += 1;
                serde_json::from_slice(item).map(|object| (each.borrow_mut())(object))
            });
            fed.map_err(|error| odd(call.operation, status, &error))?;
            if items.buffered() > LONGEST {
                break;
            }
        }
        let rest = items.into_rest();
        let Ok(head) = serde_json::from_slice::<ListHead>(&rest) else {
            return Err(self.answer(call, status, &rest).not_json());
        };
        if head.results == count {
            return Ok(());
        }
        Err(TargetError::new(
            TargetErrorKind::Protocol,
            call.operation,
            format!(
                "a list contains {count} of the {} objects that UDM says there are",
                head.results
            ),
        )
        .hint("run again; if it persists, check that no proxy before UDM cuts its answers")
        .wrote_nothing())
    }
}
