/* The one file that sees GDCM: codecs and dictionary behind the C functions of worker/codec.h.  Runs
 * in the sandboxed program only.  GDCM's own file parser is not used. */
#include "core/dicom/worker/codec.h"

#include <cstring>
#include <exception>

#include "gdcmBitmap.h"
#include "gdcmDict.h"
#include "gdcmDicts.h"
#include "gdcmFragment.h"
#include "gdcmGlobal.h"
#include "gdcmSequenceOfFragments.h"
#include "gdcmTrace.h"

namespace
{

void
describe(gdcm::Bitmap &bitmap, const codec_job &job)
{
	gdcm::PixelFormat format(job.samples, job.bits, job.precision,
		static_cast<unsigned short>(job.precision - 1), job.is_signed ? 1 : 0);
	gdcm::PhotometricInterpretation colour(gdcm::PhotometricInterpretation::MONOCHROME2);

	/* With one sample the name would only make GDCM invert or look up what we do ourselves. */
	if (job.samples == 3) {
		colour = gdcm::PhotometricInterpretation::GetPIType(job.photometric);
		if (colour.GetSamplesPerPixel() != 3)
			colour = gdcm::PhotometricInterpretation::RGB;
	}
	bitmap.SetNumberOfDimensions(2);
	bitmap.SetDimension(0, job.width);
	bitmap.SetDimension(1, job.height);
	bitmap.SetPixelFormat(format);
	bitmap.SetPlanarConfiguration(0);
	bitmap.SetPhotometricInterpretation(colour);
	bitmap.SetTransferSyntax(gdcm::TransferSyntax::GetTSType(job.syntax));
}

void
attach(gdcm::Bitmap &bitmap, const codec_job &job)
{
	gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
	gdcm::DataElement pixels(gdcm::Tag(0x7fe0, 0x0010));
	gdcm::Fragment fragment;

	fragment.SetByteValue(
		reinterpret_cast<const char *>(job.data), static_cast<uint32_t>(job.size));
	fragments->AddFragment(fragment);
	pixels.SetVR(gdcm::VR::OB);
	pixels.SetValue(*fragments);
	pixels.SetVL(0xffffffff);
	bitmap.SetDataElement(pixels);
}

bool
decode(const codec_job &job, uint8_t *out, size_t room, codec_result *result)
{
	gdcm::Bitmap bitmap;

	describe(bitmap, job);
	attach(bitmap, job);
	if (bitmap.GetBufferLength() == 0 || bitmap.GetBufferLength() > room)
		return false;
	if (!bitmap.GetBuffer(reinterpret_cast<char *>(out)))
		return false;

	const gdcm::PhotometricInterpretation colour = bitmap.GetPhotometricInterpretation();

	result->bits = bitmap.GetPixelFormat().GetBitsAllocated();
	result->by_plane = job.samples == 3 && bitmap.GetPlanarConfiguration() == 1;
	result->luminance = job.samples == 3 &&
		(colour == gdcm::PhotometricInterpretation::YBR_FULL ||
			colour == gdcm::PhotometricInterpretation::YBR_FULL_422);
	return bitmap.GetPixelFormat().GetSamplesPerPixel() == job.samples;
}

} // namespace

extern "C" bool
codec_decode(const struct codec_job *job, uint8_t *out, size_t room, struct codec_result *result)
{
	try {
		return decode(*job, out, room, result);
	} catch (...) {
		return false;
	}
}

extern "C" uint16_t
codec_dictionary_vr(uint16_t group, uint16_t element)
{
	const uint16_t unknown = 'U' << 8 | 'N';

	try {
		const gdcm::Dict &dict = gdcm::Global::GetInstance().GetDicts().GetPublicDict();
		const gdcm::DictEntry &entry = dict.GetDictEntry(gdcm::Tag(group, element));
		const char *name = gdcm::VR::GetVRString(entry.GetVR());

		if (name == nullptr || name[0] < 'A' || name[0] > 'Z' || name[1] < 'A' || name[1] > 'Z')
			return unknown;
		return static_cast<uint16_t>(name[0] << 8 | name[1]); /* "US or SS" gives US */
	} catch (...) {
		return unknown;
	}
}

extern "C" void
codec_warm(void)
{
	gdcm::Trace::WarningOff();
	gdcm::Trace::ErrorOff();
	gdcm::Trace::DebugOff();
	(void)codec_dictionary_vr(0x0008, 0x0018);
}
