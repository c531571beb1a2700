/// The events of records from one on, and of those that come; ends where the node does.
pub struct Events {
    lines: Lines<BufReader<BodyReader<'static>>>,
    ready: VecDeque<(u64, Event)>,
    is_error: bool,
}

impl Events {
    fn begin(node: &Node, from: Option<u64>) -> Result<Events, ClientError> {
        let from = from.map_or_else(String::new, |from| format!("?from={from}"));
        let response = node.ask(&format!("events{from}"), None, "text/event-stream")?;
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        Ok(Events {
            lines,
            ready: VecDeque::new(),
            is_error: false,
        })
    }

    /// The events of one record.
    fn read(&mut self, data: &str) -> Result<(), ClientError> {
        let record: Json = serde_json::from_str(data)
            .map_err(|error| ClientError::Unexpected(error.to_string()))?;
        if self.is_error {
            return Err(ClientError::Refused(Refusal::of(&record)));
        }
        let seq = field(&record, "seq").ok_or_else(|| ClientError::answer(&record))?;
        for event in record["events"].as_array().into_iter().flatten() {
            let name = event["event"].as_str().unwrap_or_default();
            self.ready.push_back((seq, Event::of(name, &event["data"])));
        }
        Ok(())
    }
}

impl Iterator for Events {
    type Item = Result<(u64, Event), ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(Ok(ready));
            }
            let read = match self.lines.next()? {
                Ok(line) => match line.split_once(':') {
                    Some(("event", name)) => {
                        self.is_error = name.trim() == "error";
                        Ok(())
                    }
                    Some(("data", data)) => self.read(data.trim()),
                    _ => Ok(()),
                },
                Err(error) => Err(ClientError::Unreachable(error.to_string())),
            };
            if let Err(error) = read {
                return Some(Err(error));
            }
        }
    }
}
