//! Receipts: of a record that is asked for, and of all that a block has just made history.

use crate::authority::profile_at;
use crate::commit::Committed;
use crate::recall::Sources;
use crate::shard::{Shard, missing};
use abi::codec::Encode;
use abi::encoded::Encoded;
use abi::fault::Fault;
use abi::genesis::Genesis;
use journal::{Block, Commitment, Disk, Header, Receipt, ReceiptFile, ReceiptFiles};
use state::Store;

impl<D: Disk, S: Store> Shard<D, S> {
    /// The receipt of the record at `seq`, under the head of the block that holds it.
    pub fn receipt(&self, seq: u64) -> Result<Option<Receipt>, Fault> {
        self.find(seq)?.map(|(block, index)| self.committed.receipt(&self.genesis, &block, index)).transpose()
    }

    /// The receipt of the record at `seq` as a file that stands alone, under the head of its block.
    pub fn receipt_file(&self, seq: u64) -> Result<Option<ReceiptFile>, Fault> {
        self.find(seq)?
            .map(|(block, index)| self.committed.receipt_file(&self.genesis, &block, index))
            .transpose()
    }
}

impl<D: Disk, S: Store> Committed<D, S> {
    /// The commitment over the block of a height.
    pub(crate) fn commitment(&self, height: u64) -> Result<Option<Commitment>, Fault> {
        if height == self.position.height {
            return Ok(self.commitment.clone());
        }
        self.journal.commitment(height)
    }

    /// The receipt of the record at `index` of a block, under the block's own head.
    fn receipt(&self, genesis: &Genesis, block: &Block, index: usize) -> Result<Receipt, Fault> {
        let Header { height, first_seq, history_size, .. } = block.header;
        let commitment = self.commitment(height)?.ok_or_else(|| missing(height))?;
        let record = &block.records(profile_at(genesis, &self.acts, first_seq).hash())[index];
        let seq = record.effect.seq;
        let path = self.sources(genesis).recalled(&[seq, history_size])?.path(seq, history_size);
        let path = path.ok_or_else(|| missing(height))?;
        Ok(Receipt::new(record.to_bytes(), &commitment, seq, path))
    }

    /// The same as a file that stands alone.
    pub(crate) fn receipt_file(
        &self,
        genesis: &Genesis,
        block: &Block,
        index: usize,
    ) -> Result<ReceiptFile, Fault> {
        let receipt = self.receipt(genesis, block, index)?;
        let links = self.sources(genesis).writer_links(&block.header)?;
        Ok(ReceiptFile { genesis: Some(genesis.clone()), receipt, links })
    }
}

impl<D: Disk> Sources<'_, D> {
    /// The receipts of the records of the last block, in order, each the bytes that [`Shard::receipt_file`] has.
    pub(crate) fn receipts(
        &self,
        header: &Header,
        commitment: &Commitment,
        records: &Encoded,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let files = ReceiptFiles::new(self.genesis, commitment, &self.writer_links(header)?);
        let (places, size) = (header.first_seq..header.history_size, header.history_size);
        // What is new is not forgotten.
        let paths = self.history.whole().paths(places, size).ok_or_else(|| missing(header.height))?;
        let records = (header.first_seq..).zip(records.all()).zip(paths);
        Ok(records.map(|((seq, record), path)| files.file(record, seq, path)).collect())
    }
}
