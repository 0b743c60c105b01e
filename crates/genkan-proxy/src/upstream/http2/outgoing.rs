//! A request body on its way to the codec: without the framing of HTTP/1, and translated where needed.

use bytes::{Bytes, BytesMut};
use genkan_http::{
    chunked::{ChunkedDecoder, Part},
    limits::ChunkLimits,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::grpc_web::{Decoder, Translation};

/// What an exchange writes, as the endpoint is to get it.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// The exchange writes chunks.
    chunked: Option<ChunkedDecoder>,
    /// The beginning of a trailer line.
    held: BytesMut,
    translation: Option<Translation>,
    decoder: Decoder,
    trailers: HeaderMap,
}

/// The body breaks its coding. What framed it has checked it before, so this is base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Outgoing {
    pub(super) fn new(chunked: bool, translation: Option<Translation>) -> Self {
        Self {
            chunked: chunked.then(ChunkedDecoder::new),
            held: BytesMut::new(),
            translation,
            decoder: Decoder::default(),
            trailers: HeaderMap::new(),
        }
    }

    /// The data in a piece of the body.
    pub(super) fn data(&mut self, piece: &[u8]) -> Result<Bytes, Broken> {
        if self.chunked.is_none() {
            return self.translated(piece);
        }
        self.held.extend_from_slice(piece);
        let mut data = BytesMut::with_capacity(piece.len());
        while let Some(decoder) = &mut self.chunked {
            let decoded = decoder
                .decode(&self.held, &ChunkLimits::default())
                .map_err(|_| Broken)?;
            let taken = self.held.split_to(decoded.consumed);
            match decoded.part {
                Part::Data(range) => data.extend_from_slice(&taken[range]),
                Part::Trailer { name, value } => {
                    let name = HeaderName::from_bytes(&taken[name]).map_err(|_| Broken)?;
                    let value = HeaderValue::from_bytes(&taken[value]).map_err(|_| Broken)?;
                    self.trailers.append(name, value);
                }
                Part::Partial | Part::End => break,
            }
        }
        match self.translation {
            None => Ok(data.freeze()),
            Some(_) => self.translated(&data),
        }
    }

    fn translated(&mut self, data: &[u8]) -> Result<Bytes, Broken> {
        match self.translation {
            None => Ok(Bytes::copy_from_slice(data)),
            Some(translation) => self.decoder.data(translation, data).ok_or(Broken),
        }
    }

    /// Trailers behind the body.
    pub(super) fn take_trailers(&mut self) -> HeaderMap {
        std::mem::take(&mut self.trailers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_may_be_cut_anywhere() {
        let body = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-sum: 1\r\n\r\n";
        for cut in 0..=body.len() {
            let mut outgoing = Outgoing::new(true, None);
            let first = outgoing.data(&body[..cut]).unwrap();
            let second = outgoing.data(&body[cut..]).unwrap();
            assert_eq!([first, second].concat(), b"abcde", "{cut}");
            assert_eq!(outgoing.take_trailers()["x-sum"], "1", "{cut}");
        }
    }

    #[test]
    fn a_body_with_a_length_is_data() {
        let mut outgoing = Outgoing::new(false, None);
        assert_eq!(outgoing.data(b"3\r\nabc").unwrap(), "3\r\nabc");
    }
}
