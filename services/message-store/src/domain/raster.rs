//! Pictures that people see: read whole, turned upright, written without metadata, and made small. What can't be read is
//! refused, so that what is served as a picture is one.
//!
//! JPEG and PNG are written anew from their pixels; an animated PNG becomes its first frame. GIF and WebP keep the bytes of
//! their frames, because writing those anew would cost quality or multiply the size: everything else is left out of their
//! container. A colour profile stays where there is one, or colours would change.

mod gif;
mod webp;

use std::io::Cursor;

use fast_image_resize::Resizer;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageResult, Limits};

/// Most pixels of a picture: those of a telephone's best camera.
pub const PIXELS_MAX: u64 = 52_428_800;
/// Most bytes of the pixels of a picture while it is read.
const PIXEL_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Longest side of a small picture, in pixels.
pub const THUMBNAIL_MAX: u32 = 512;
const QUALITY: u8 = 90;
const THUMBNAIL_QUALITY: u8 = 80;
/// Longest colour profile that is kept, in bytes.
const PROFILE_MAX: usize = 4 * 1024 * 1024;

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raster {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

impl Raster {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// The media type of the small picture of one of this type: JPEG has no transparency to lose.
#[must_use]
pub fn thumbnail_type(media_type: &str) -> &'static str {
    let jpeg = Raster::Jpeg.media_type();
    if media_type == jpeg { jpeg } else { Raster::Png.media_type() }
}

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterFault {
    /// It is damaged, or not what it begins as.
    #[error("is an image that can't be read")]
    Unreadable,
    /// It would take too much memory.
    #[error("is an image of more than {} megapixels", PIXELS_MAX / 1024 / 1024)]
    TooLarge,
}

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// Of the same kind as before.
    pub bytes: Vec<u8>,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// Of the type that [`thumbnail_type`] gives.
    pub thumbnail: Vec<u8>,
}

/// Reads a picture and gives what is kept of it. Takes seconds of a processor for the largest ones, and memory for their
/// pixels twice.
///
/// # Errors
/// [`RasterFault`].
pub fn clean(raster: Raster, bytes: &[u8]) -> Result<Cleaned, RasterFault> {
    let unreadable = |_| RasterFault::Unreadable;
    let source = Cursor::new(bytes);
    let mut is_animated = false;
    let mut decoder: Box<dyn ImageDecoder> = match raster {
        Raster::Jpeg => Box::new(JpegDecoder::new(source).map_err(unreadable)?),
        Raster::Png => Box::new(PngDecoder::with_limits(source, limits()).map_err(unreadable)?),
        Raster::Gif => Box::new(GifDecoder::new(source).map_err(unreadable)?),
        Raster::WebP => {
            let decoder = WebPDecoder::new(source).map_err(unreadable)?;
            is_animated = decoder.has_animation();
            Box::new(decoder)
        }
    };
    check_size(&*decoder)?;
    decoder.set_limits(limits()).map_err(unreadable)?;
    // Metadata that can't be read is metadata that is left out.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if !is_animated {
        image.apply_orientation(orientation);
    }
    let is_upright = is_animated || orientation == Orientation::NoTransforms;
    let profile = profile.filter(|profile| fits(profile, &image));
    let kept = match raster {
        Raster::Jpeg => jpeg(&image, QUALITY, profile).map_err(unreadable)?,
        Raster::Png => png(&image, profile).map_err(unreadable)?,
        Raster::Gif => gif::without_metadata(bytes).ok_or(RasterFault::Unreadable)?,
        Raster::WebP if is_upright => webp::without_metadata(bytes).ok_or(RasterFault::Unreadable)?,
        Raster::WebP => lossless_webp(&image, profile).map_err(unreadable)?,
    };
    let (width, height) = (image.width(), image.height());
    let small = shrink(image).ok_or(RasterFault::Unreadable)?;
    let thumbnail = match raster {
        Raster::Jpeg => jpeg(&small, THUMBNAIL_QUALITY, None),
        Raster::Png | Raster::Gif | Raster::WebP => png(&small, None),
    };
    Ok(Cleaned { bytes: kept, width, height, thumbnail: thumbnail.map_err(unreadable)? })
}

/// Before anything is made room for.
fn check_size(decoder: &dyn ImageDecoder) -> Result<(), RasterFault> {
    let (width, height) = decoder.dimensions();
    match u64::from(width) * u64::from(height) {
        0 => Err(RasterFault::Unreadable),
        1..=PIXELS_MAX if decoder.total_bytes() <= PIXEL_BYTES_MAX => Ok(()),
        _ => Err(RasterFault::TooLarge),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    // What decoders need beside the pixels is small.
    limits.max_alloc = Some(PIXEL_BYTES_MAX * 2);
    limits
}

/// Whether a colour profile (ICC.1:2022 section 7.2) is one, and for pixels like these.
fn fits(profile: &[u8], image: &DynamicImage) -> bool {
    let space: &[u8] = if image.color().has_color() { b"RGB " } else { b"GRAY" };
    profile.len() <= PROFILE_MAX && profile.get(36..40) == Some(b"acsp") && profile.get(16..20) == Some(space)
}

fn jpeg(image: &DynamicImage, quality: u8, profile: Option<Vec<u8>>) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    if let Some(profile) = profile {
        // A picture without its profile is better than none.
        drop(encoder.set_icc_profile(profile));
    }
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => image.write_with_encoder(encoder)?,
        _ if image.color().has_color() => {
            DynamicImage::from(image.to_rgb8()).write_with_encoder(encoder)?;
        }
        _ => DynamicImage::from(image.to_luma8()).write_with_encoder(encoder)?,
    }
    Ok(bytes)
}

fn png(image: &DynamicImage, profile: Option<Vec<u8>>) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(profile) = profile {
        drop(encoder.set_icc_profile(profile));
    }
    image.write_with_encoder(encoder)?;
    Ok(bytes)
}

fn lossless_webp(image: &DynamicImage, profile: Option<Vec<u8>>) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut bytes);
    if let Some(profile) = profile {
        drop(encoder.set_icc_profile(profile));
    }
    image.write_with_encoder(encoder)?;
    Ok(bytes)
}

/// The image with sides of at most [`THUMBNAIL_MAX`]; a smaller one as it is.
fn shrink(image: DynamicImage) -> Option<DynamicImage> {
    let (width, height) = (image.width(), image.height());
    let longest = width.max(height);
    if longest <= THUMBNAIL_MAX {
        return Some(image);
    }
    let side = |side: u32| {
        let scaled = u64::from(side) * u64::from(THUMBNAIL_MAX) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(THUMBNAIL_MAX).max(1)
    };
    let mut small = DynamicImage::new(side(width), side(height), image.color());
    Resizer::new().resize(&image, &mut small, None).ok()?;
    Some(small)
}
