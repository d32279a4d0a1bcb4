/*
 * utf8_const.h - numbers of the charset API. Included by utf8.h.
 */
#ifndef UTF8_CONST_H
#define UTF8_CONST_H

/* clang-format off */

/* How utf8_text and its like convert */
#define U8T_CASECANON		2	/* caseless form */
#define U8T_DECOMPOSE		4	/* letters and accents apart */
#define U8T_CANONICAL		6	/* both */

/* What utf8_get answers where there is no character */
#define U8G_ERROR		0x80000000	/* the bit that all have */
#define U8G_BADCONT		0x80000001	/* continuation octet missing */
#define U8G_INCMPLT		0x80000002	/* cut off by another octet */
#define U8G_NOTUTF8		0x80000003	/* no such first octet */
#define U8G_ENDSTRG		0x80000004	/* no octets left */
#define U8G_ENDSTRI		0x80000005	/* cut off by the end */
#define U8G_SURROGA		0x80000006	/* surrogate */
#define U8G_NOTUNIC		0x80000007	/* above 10FFFF */
#define U8GM_NONBMP		0xffff0000	/* not in the first plane */

/* What ucs4_width answers where there is no width */
#define U4W_ERROR		0x80000000	/* the bit that all have */
#define U4W_NOTUNCD		0x80000001	/* not Unicode */
#define U4W_PRIVATE		0x80000002	/* private use plane */
#define U4W_SSPCHAR		0x80000003	/* special purpose plane */
#define U4W_UNASSGN		0x80000004	/* unassigned plane */
#define U4W_CONTROL		0x80000005	/* C0 or C1 control */
#define U4W_CTLSRGT		0x80000005	/* control or surrogate */

/* CHARSET.type */
#define CT_UNKNOWN		0
#define CT_ASCII		1
#define CT_UCS2			2
#define CT_UCS4			3
#define CT_1BYTE0		10	/* ISO 8859-1 */
#define CT_1BYTE		11	/* ASCII and a table of 128 */
#define CT_1BYTE8		12	/* a table of 256 */
#define CT_EUC			100
#define CT_DBYTE		101
#define CT_DBYTE2		102	/* two planes, as Big5 */
#define CT_UTF16		0x3e8
#define CT_UTF8			0x3e9
#define CT_UTF7			0x3ea
#define CT_2022			0x2710	/* ISO 2022 */
#define CT_SJIS			0x2711	/* Shift-JIS */

/* CHARSET.flags */
#define CF_PRIMARY		1	/* its own name, no alias */
#define CF_DISPLAY		2	/* fit to show */
#define CF_POSTING		4	/* fit to send */
#define CF_UNSUPRT		8	/* not supported */
#define CF_NOEMAIL		16	/* not for mail */

/* CHARSET.script and SCRIPT.script */
#define SC_UNICODE		1
#define SC_LATIN_1		16
#define SC_LATIN_2		32
#define SC_LATIN_3		64
#define SC_LATIN_4		128
#define SC_LATIN_5		256
#define SC_LATIN_6		512
#define SC_LATIN_7		0x400
#define SC_LATIN_8		0x800
#define SC_LATIN_0		0x1000
#define SC_LATIN_9		0x1000
#define SC_ARABIC		0x2000
#define SC_CYRILLIC		0x4000
#define SC_GREEK		0x8000
#define SC_HEBREW		0x10000
#define SC_THAI			0x20000
#define SC_UKRANIAN		0x40000
#define SC_LATIN_10		0x80000
#define SC_VIETNAMESE		0x100000
#define SC_CHINESE_SIMPLIFIED	0x1000000
#define SC_CHINESE_TRADITIONAL	0x2000000
#define SC_JAPANESE		0x4000000
#define SC_KOREAN		0x8000000

/* Code points */
#define UCS2_C0CONTROL		0
#define UCS4_BMPBASE		0
#define UCS2_C0CONTROLEND	31
#define UCS2_C1CONTROL		128
#define UCS2_C1CONTROLEND	159
#define UCS2_POUNDSTERLING	163
#define UCS2_YEN		165
#define UCS2_OVERLINE		0x203e
#define UCS2_EURO		0x20ac
#define UCS2_BOM		0xfeff
#define UCS2_KATAKANA		0xff61
#define UCS2_BOGON		0xfffd
#define UCS2_BOMCHECK		0xfffe
#define UCS2_NOTCHAR		0xffff
#define UCS4_SMPBASE		0x10000
#define UCS4_SIPBASE		0x20000
#define UCS4_UNABASE		0x40000
#define UCS4_SSPBASE		0xe0000
#define UCS4_PVTBASE		0xf0000
#define UCS4_MAXUNICODE		0x10ffff
#define UTF16_SHIFT		10
#define UTF16_MASK		0x3ff
#define UTF16_SURR		0xd800
#define UTF16_SURRH		0xd800
#define UTF16_SURRHEND		0xdbff
#define UTF16_SURRL		0xdc00
#define UTF16_MAXSURR		0xdfff
#define UTF16_SURRLEND		0xdfff
#define UTF16_BASE		0x10000
#define UBOGON			0xfffd
#define NOCHAR			0xffff

/*
 * Inside of codecs: states, escape sequences and character sets of ISO 2022,
 * then EUC, JIS and UTF-7.
 */

/* ISO 2022: state */
#define I2S_CHAR		0
#define I2S_ESC			1
#define I2S_MUL			2
#define I2S_INT			3

/* ISO 2022: sets in use, controls, escapes */
#define I2C_G0			0
#define I2C_G1			1
#define I2C_G2			2
#define I2C_G3			3
#define I2C_SG2			8
#define I2C_SG3			12
#define I2C_ESC			27
#define I2C_STRUCTURE		32
#define I2C_C0			33
#define I2C_C1			34
#define I2C_CONTROL		35
#define I2C_MULTI		36
#define I2C_OTHER		37
#define I2C_REVISED		38
#define I2C_G0_94		40
#define I2C_G1_94		41
#define I2C_G2_94		42
#define I2C_G3_94		43
#define I2C_G0_96		44
#define I2C_G1_96		45
#define I2C_G2_96		46
#define I2C_G3_96		47
#define I2C_SI			15
#define I2C_SO			14
#define I2C_LS2			110
#define I2C_LS3			111
#define I2C_LS1R		126
#define I2C_LS2R		125
#define I2C_LS3R		124
#define I2C_SS2_ALT		142
#define I2C_SS3_ALT		143
#define I2C_SS2_ALT_7		25
#define I2C_SS3_ALT_7		29
#define I2C_SS2			78
#define I2C_SS3			79

/* ISO 2022: final octets of 94, 94x94 and 96 character sets */
#define I2CS_94_BRITISH		65
#define I2CS_94_ASCII		66
#define I2CS_94_JIS_BUGROM	72
#define I2CS_94_JIS_KANA	73
#define I2CS_94_JIS_ROMAN	74
#define I2CS_94x94_JIS_OLD	64
#define I2CS_94x94_GB		65
#define I2CS_94x94_JIS_NEW	66
#define I2CS_94x94_KSC		67
#define I2CS_94x94_JIS_EXT	68
#define I2CS_94x94_CNS1		71
#define I2CS_94x94_CNS2		72
#define I2CS_94x94_CNS3		73
#define I2CS_94x94_CNS4		74
#define I2CS_94x94_CNS5		75
#define I2CS_94x94_CNS6		76
#define I2CS_94x94_CNS7		77
#define I2CS_96_ISO8859_1	65
#define I2CS_96_ISO8859_2	66
#define I2CS_96_ISO8859_3	67
#define I2CS_96_ISO8859_4	68
#define I2CS_96_ISO8859_7	70
#define I2CS_96_ISO8859_6	71
#define I2CS_96_ISO8859_8	72
#define I2CS_96_ISO8859_5	76
#define I2CS_96_ISO8859_9	77
#define I2CS_96_TIS620		84
#define I2CS_96_ISO8859_10	86
#define I2CS_96_ISO8859_13	89
#define I2CS_96_VSCII		90
#define I2CS_96_ISO8859_14	92
#define I2CS_96_ISO8859_15	98
#define I2CS_96_ISO8859_16	102

/* ISO 2022: kinds of sets */
#define I2CS_94			0
#define I2CS_96			256
#define I2CS_MUL		512
#define I2CS_94x94		512
#define I2CS_96x96		768

/* ISO 2022: kind and final octet together */
#define I2CS_BRITISH		65
#define I2CS_ASCII		66
#define I2CS_JIS_BUGROM		72
#define I2CS_JIS_KANA		73
#define I2CS_JIS_ROMAN		74
#define I2CS_JIS_OLD		576
#define I2CS_GB			577
#define I2CS_JIS_NEW		578
#define I2CS_KSC		579
#define I2CS_JIS_EXT		580
#define I2CS_CNS1		583
#define I2CS_CNS2		584
#define I2CS_CNS3		585
#define I2CS_CNS4		586
#define I2CS_CNS5		587
#define I2CS_CNS6		588
#define I2CS_CNS7		589
#define I2CS_ISO8859_1		321
#define I2CS_ISO8859_2		322
#define I2CS_ISO8859_3		323
#define I2CS_ISO8859_4		324
#define I2CS_ISO8859_7		326
#define I2CS_ISO8859_6		327
#define I2CS_ISO8859_8		328
#define I2CS_ISO8859_5		332
#define I2CS_ISO8859_9		333
#define I2CS_TIS620		340
#define I2CS_ISO8859_10		342
#define I2CS_ISO8859_13		345
#define I2CS_VSCII		346
#define I2CS_ISO8859_14		348
#define I2CS_ISO8859_15		354
#define I2CS_ISO8859_16		358

/* EUC */
#define EUC_CS2			142
#define EUC_CS3			143

/* Octets */
#define BITS7			127
#define BIT8			128

/* JIS, half-width kana, UTF-7 */
#define BRITISH_POUNDSTERLING	35
#define JISROMAN_YEN		92
#define JISROMAN_OVERLINE	126
#define MIN_KANA_7		33
#define MAX_KANA_7		96
#define KANA_7			0xff40
#define MIN_KANA_8		161
#define MAX_KANA_8		224
#define KANA_8			0xfec0
#define U7_ASCII		0
#define U7_PLUS			1
#define U7_UNICODE		2
#define U7_MINUS		3

/* clang-format on */

#endif
