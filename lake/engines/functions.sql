-- SQL functions of the hub: one macro per question, the same names on every engine. The Python of the same rules is
-- catalog/standards/; tests/property/ holds the two equal. A NULL asked is a NULL answered.
-- Check digits are plain sums over digits of one number: nothing here indexes a list by a computed place.

-- ---------------------------------------------------------------- text
-- Identifiers, dates, numbers: full-width forms become ASCII, blanks of every kind one blank, ends trimmed, nothing -> NULL.
CREATE OR REPLACE MACRO blanks_folded(x) AS
    nullif(trim(regexp_replace(
        regexp_replace(x, '[\x00-\x08\x0E-\x1F\x7F\x{200B}-\x{200D}\x{2060}\x{FEFF}]', '', 'g'),
        '[\x09-\x0D \x{0085}\x{00A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]+', ' ', 'g')), '');
-- The first branch is for speed only: nearly every value is plain already.
CREATE OR REPLACE MACRO plain(x) AS
    CASE WHEN regexp_matches(x, '^([!-~\x{4E00}-\x{9FFF}]+ )*[!-~\x{4E00}-\x{9FFF}]+$') THEN x
         WHEN regexp_matches(x, '[！-～]') THEN blanks_folded(translate(x,
            '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'))
         ELSE blanks_folded(x) END;
-- Texts people read: only full-width letters, digits and the signs inside numbers become ASCII; punctuation stays.
CREATE OR REPLACE MACRO plain_text(x) AS
    CASE WHEN regexp_matches(x, '^([!-~·•・（），、\x{3400}-\x{9FFF}]+ )*[!-~·•・（），、\x{3400}-\x{9FFF}]+$') THEN x
         WHEN regexp_matches(x, '[！-～]') THEN blanks_folded(translate(x,
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－／．＃＆＠＋％＿＊＝',
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/.#&@+%_*='))
         ELSE blanks_folded(x) END;
CREATE OR REPLACE MACRO has_fullwidth(x) AS regexp_matches(x, '[０-９Ａ-Ｚａ-ｚ]');
CREATE OR REPLACE MACRO has_han(x) AS regexp_matches(x, '[\x{3400}-\x{9FFF}\x{20000}-\x{3FFFF}]');
CREATE OR REPLACE MACRO without_blanks(x) AS replace(x, ' ', '');
-- Blanks between Chinese characters mean nothing; between Latin words they do.
CREATE OR REPLACE MACRO han_joined(x) AS
    CASE WHEN NOT contains(x, ' ') THEN x WHEN has_han(x) THEN without_blanks(x) ELSE x END;
CREATE OR REPLACE MACRO han_bracketed(x) AS
    CASE WHEN NOT regexp_matches(x, '[ ()]') THEN x
         WHEN has_han(x) THEN replace(replace(without_blanks(x), '(', '（'), ')', '）') ELSE x END;
CREATE OR REPLACE MACRO has_variant_dot(x) AS
    CASE WHEN regexp_matches(x, '[•‧∙⋅・･．●▪\x{0387}\x{A78F}\x{2024}]') THEN true
         WHEN contains(x, '.') THEN has_han(x) ELSE false END;
CREATE OR REPLACE MACRO dots_unified(x) AS
    CASE WHEN has_variant_dot(x) THEN
        regexp_replace(x, '[•‧∙⋅・･．●▪\x{0387}\x{A78F}\x{2024}.]', '·', 'g') ELSE x END;
-- '1.0' is what a workbook makes of the code 1.
CREATE OR REPLACE MACRO code_text(x) AS
    CASE WHEN regexp_matches(plain(x), '^[0-9]+\.0+$') THEN split_part(plain(x), '.', 1) ELSE without_blanks(plain(x)) END;
-- The names themselves, from texts already plain, and from texts as delivered.
CREATE OR REPLACE MACRO person_name_of(x) AS han_joined(dots_unified(x));
CREATE OR REPLACE MACRO person_name(x) AS person_name_of(plain_text(x));
CREATE OR REPLACE MACRO org_name(x) AS han_bracketed(plain_text(x));
CREATE OR REPLACE MACRO address_text(x) AS han_bracketed(plain_text(x));

-- A value as the text DuckDB makes of it: 10000000.0 and not 1.0E7, moments with their zone.
CREATE OR REPLACE MACRO hub_text(x) AS CAST(x AS VARCHAR);

-- ---------------------------------------------------------------- days and moments
-- d is yyyymmdd as a number; days of the Gregorian calendar.
CREATE OR REPLACE MACRO is_day(d) AS
    d // 100 % 100 BETWEEN 1 AND 12 AND d % 100 >= 1 AND (d % 100 <= 28
        OR (d // 100 % 100 <> 2 AND d % 100 <= 30)
        OR (d // 100 % 100 IN (1, 3, 5, 7, 8, 10, 12) AND d % 100 = 31)
        OR (d % 10000 = 229 AND d // 10000 % 4 = 0 AND (d // 10000 % 100 <> 0 OR d // 10000 % 400 = 0)));
-- In which way a day is written. The text is one that plain() gave.
CREATE OR REPLACE MACRO date_form(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$') THEN 'iso'
         WHEN regexp_matches(x, '^[0-9]{8}([0-9]{6})?$') THEN 'compact'
         WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( .*)?$') THEN 'dash'
         WHEN regexp_matches(x, '^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}( .*)?$') THEN 'slash'
         WHEN regexp_matches(x, '^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}( .*)?$') THEN 'dot'
         WHEN regexp_matches(x, '^[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日?( .*)?$') THEN 'chinese'
         WHEN regexp_matches(x, '^[0-9]{5}(\.[0-9]+)?$') THEN 'serial'
         ELSE 'other' END;
-- 5 digits are Excel's day number (1900 system): 1899-12-30 is day 0.
CREATE OR REPLACE MACRO hub_date(x) AS
    CASE date_form(x)
         WHEN 'iso' THEN CASE WHEN substr(x, 1, 4) <> '0000' THEN TRY_CAST(substr(x, 1, 10) AS DATE) END
         WHEN 'compact' THEN CASE WHEN substr(x, 1, 4) <> '0000' THEN
            TRY_CAST(concat(substr(x, 1, 4), '-', substr(x, 5, 2), '-', substr(x, 7, 2)) AS DATE) END
         WHEN 'serial' THEN CAST(DATE '1899-12-30' + CAST(substr(x, 1, 5) AS INTEGER) AS DATE)
         WHEN 'other' THEN NULL
         ELSE CASE WHEN substr(x, 1, 4) <> '0000' THEN TRY_CAST(regexp_extract(
            regexp_replace(x, '[/.年月]', '-', 'g'), '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') AS DATE) END
    END;
-- What is written where there is no date.
CREATE OR REPLACE MACRO date_placeholder(x) AS
    regexp_matches(x, '^(0000[-/.年]?00?[-/.月]?00?|1900[-/.年]?0?1[-/.月]?0?1)日?([ T].*)?$');
-- Wall-clock time of China (UTC+8, no summer time since 1991); digits alone are seconds or milliseconds since 1970.
CREATE OR REPLACE MACRO hub_timestamp(x) AS
    CASE WHEN regexp_matches(x, '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$')
            THEN TRY_CAST(x AS TIMESTAMP)
         WHEN regexp_matches(x, '^[0-9]{10}$') THEN make_timestamp((CAST(x AS BIGINT) + 28800) * 1000000)
         WHEN regexp_matches(x, '^[0-9]{13}$') THEN make_timestamp((CAST(x AS BIGINT) + 28800000) * 1000)
         WHEN regexp_matches(x, '^[0-9]{14}$') THEN TRY_CAST(concat(
            substr(x, 1, 4), '-', substr(x, 5, 2), '-', substr(x, 7, 2), ' ',
            substr(x, 9, 2), ':', substr(x, 11, 2), ':', substr(x, 13, 2)) AS TIMESTAMP)
         WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?'
            '([+-][0-9]{2}(:?[0-9]{2})?|Z)$') THEN timezone('UTC', TRY_CAST(x AS TIMESTAMPTZ)) + INTERVAL 8 HOUR
         WHEN regexp_matches(x, '[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$') THEN TRY_CAST(concat(
            strftime(hub_date(x), '%Y-%m-%d'), ' ', regexp_extract(x, '[0-9]{1,2}:[0-9:.]+$')) AS TIMESTAMP)
         ELSE CAST(hub_date(x) AS TIMESTAMP) END;
-- yyyymm of a month, yyyy of a year.
CREATE OR REPLACE MACRO hub_period(x) AS
    CASE WHEN regexp_matches(x, '^[0-9]{4}(0[1-9]|1[0-2])$') THEN x
         WHEN regexp_matches(x, '^[0-9]{4}[-/.年](0?[1-9]|1[0-2])([-/.月][0-9]{0,2}日?)?( .*)?$') THEN
            concat(substr(x, 1, 4), lpad(regexp_extract(substr(x, 6), '^[0-9]{1,2}'), 2, '0'))
         WHEN regexp_matches(x, '^[0-9]{4}年?$') THEN substr(x, 1, 4)
         WHEN date_form(x) = 'compact' AND hub_date(x) IS NOT NULL THEN substr(x, 1, 6) END;

-- ---------------------------------------------------------------- numbers
CREATE OR REPLACE MACRO number_text(x) AS
    regexp_replace(regexp_replace(x, '[,， ¥￥]', '', 'g'), '(人民币|亿元|万元|元|亿|万|人|个|户|层|平方米|㎡|米|度|%)+$', '', 'g');
CREATE OR REPLACE MACRO number_unit(x) AS regexp_extract(x, '(亿元|万元|元|亿|万)(人民币)?$', 1);
CREATE OR REPLACE MACRO hub_number(x) AS
    CASE WHEN regexp_matches(number_text(x), '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$')
         THEN TRY_CAST(number_text(x) AS DOUBLE) END;
CREATE OR REPLACE MACRO hub_integer(x) AS
    CASE WHEN regexp_matches(number_text(x), '^[+-]?[0-9]{1,18}(\.0*)?$')
         THEN TRY_CAST(split_part(number_text(x), '.', 1) AS BIGINT) END;
-- How many yuan one unit is; NULL for a unit that is none of money.
CREATE OR REPLACE MACRO yuan_in(u) AS
    CASE WHEN u = '元' THEN 1.0 WHEN u IN ('万元', '万') THEN 10000.0 WHEN u IN ('亿元', '亿') THEN 100000000.0 END;

-- ---------------------------------------------------------------- citizens' identity numbers, GB 11643-1999
-- n is the first 17 digits as a number. ISO 7064 MOD 11-2.
CREATE OR REPLACE MACRO mod_11_2(n) AS
    substr('10X98765432', 1 + CAST((
        n // 10000000000000000 % 10 * 7 + n // 1000000000000000 % 10 * 9 + n // 100000000000000 % 10 * 10 +
        n // 10000000000000 % 10 * 5 + n // 1000000000000 % 10 * 8 + n // 100000000000 % 10 * 4 +
        n // 10000000000 % 10 * 2 + n // 1000000000 % 10 * 1 + n // 100000000 % 10 * 6 +
        n // 10000000 % 10 * 3 + n // 1000000 % 10 * 7 + n // 100000 % 10 * 9 +
        n // 10000 % 10 * 10 + n // 1000 % 10 * 5 + n // 100 % 10 * 8 +
        n // 10 % 10 * 4 + n // 1 % 10 * 2) % 11 AS INTEGER), 1);
CREATE OR REPLACE MACRO is_province(p) AS
    p IN ('11', '12', '13', '14', '15', '21', '22', '23', '31', '32', '33', '34', '35', '36', '37', '41', '42', '43', '44',
        '45', '46', '50', '51', '52', '53', '54', '61', '62', '63', '64', '65', '71', '81', '82', '83');
-- Of 17 digits and a check character: the day of birth inside (7 to 14), then the check.
CREATE OR REPLACE MACRO dated_number_fault(x, today) AS
    list_transform([CAST(substr(x, 1, 17) AS BIGINT)], lambda n:
        CASE WHEN n // 10000000 % 10000 NOT BETWEEN 1850 AND 2099 OR NOT is_day(n // 1000 % 100000000) THEN 'date'
             WHEN n // 1000 % 100000000 > CAST(strftime(CAST(today AS DATE), '%Y%m%d') AS BIGINT) THEN 'date'
             WHEN mod_11_2(n) <> substr(x, 18, 1) THEN 'check_digit' END)[1];
CREATE OR REPLACE MACRO resident_id_fault(x, today := NULL) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(x) <> 18 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]{17}[0-9X]$') THEN 'alphabet'
         WHEN NOT is_province(substr(x, 1, 2)) THEN 'prefix'
         ELSE dated_number_fault(x, today) END;
-- 15 digits to 18: century 19, or 18 for sequences 996 to 999; NULL when that gives no valid number.
CREATE OR REPLACE MACRO resident_id_upgrade(x) AS
    CASE WHEN regexp_matches(x, '^[0-9]{15}$') THEN list_transform(list_transform(
        [concat(substr(x, 1, 6), CASE WHEN substr(x, 13, 3) IN ('996', '997', '998', '999') THEN '18' ELSE '19' END,
            substr(x, 7, 9))],
        lambda body: concat(body, mod_11_2(CAST(body AS BIGINT)))),
        lambda number: CASE WHEN resident_id_fault(number) IS NULL THEN number END)[1] END;
CREATE OR REPLACE MACRO resident_id_birth(x) AS
    CASE WHEN length(x) = 18 AND regexp_matches(x, '^.{6}(18[5-9]|19[0-9]|20[0-9])[0-9]{5}') THEN
        TRY_CAST(concat(substr(x, 7, 4), '-', substr(x, 11, 2), '-', substr(x, 13, 2)) AS DATE) END;
CREATE OR REPLACE MACRO resident_id_sex(x) AS
    CASE WHEN length(x) = 18 AND substr(x, 17, 1) IN ('1', '3', '5', '7', '9') THEN '1'
         WHEN length(x) = 18 AND substr(x, 17, 1) IN ('0', '2', '4', '6', '8') THEN '2' END;

-- ---------------------------------------------------------------- organisations, GB 32100-2015 and GB 11714-1997
CREATE OR REPLACE MACRO org_value(c) AS CAST(strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) AS INTEGER) - 1;
CREATE OR REPLACE MACRO org_check(x) AS
    substr('0X987654321', 1 + CAST((
        org_value(substr(x, 1, 1)) * 3 + org_value(substr(x, 2, 1)) * 7 + org_value(substr(x, 3, 1)) * 9 +
        org_value(substr(x, 4, 1)) * 10 + org_value(substr(x, 5, 1)) * 5 + org_value(substr(x, 6, 1)) * 8 +
        org_value(substr(x, 7, 1)) * 4 + org_value(substr(x, 8, 1)) * 2) % 11 AS INTEGER), 1);
CREATE OR REPLACE MACRO org_compact(x) AS
    CASE WHEN length(x) = 10 AND substr(x, 9, 1) = '-' THEN concat(substr(x, 1, 8), substr(x, 10, 1)) ELSE x END;
CREATE OR REPLACE MACRO org_code_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(org_compact(x)) <> 9 THEN 'length'
         WHEN NOT regexp_matches(org_compact(x), '^[0-9A-Z]{8}[0-9X]$') THEN 'alphabet'
         WHEN org_check(x) <> substr(org_compact(x), 9, 1) THEN 'check_digit' END;
CREATE OR REPLACE MACRO uscc_value(c) AS CAST(strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', c) AS INTEGER) - 1;
CREATE OR REPLACE MACRO uscc_check(x) AS
    substr('0YXWUTRQPNMLKJHGFEDCBA987654321', 1 + CAST((
        uscc_value(substr(x, 1, 1)) * 1 + uscc_value(substr(x, 2, 1)) * 3 + uscc_value(substr(x, 3, 1)) * 9 +
        uscc_value(substr(x, 4, 1)) * 27 + uscc_value(substr(x, 5, 1)) * 19 + uscc_value(substr(x, 6, 1)) * 26 +
        uscc_value(substr(x, 7, 1)) * 16 + uscc_value(substr(x, 8, 1)) * 17 + uscc_value(substr(x, 9, 1)) * 20 +
        uscc_value(substr(x, 10, 1)) * 29 + uscc_value(substr(x, 11, 1)) * 25 + uscc_value(substr(x, 12, 1)) * 13 +
        uscc_value(substr(x, 13, 1)) * 8 + uscc_value(substr(x, 14, 1)) * 24 + uscc_value(substr(x, 15, 1)) * 10 +
        uscc_value(substr(x, 16, 1)) * 30 + uscc_value(substr(x, 17, 1)) * 28) % 31 AS INTEGER), 1);
CREATE OR REPLACE MACRO uscc_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(x) <> 18 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9A-HJ-NPQRTUWXY]{18}$') THEN 'alphabet'
         WHEN NOT regexp_matches(x, '^(1[1239]|2[19]|3[123459]|4[19]|5[12349]|6[129]|7[129]|8[19]|9[1239]|A[19]|N[1239]|Y1)'
            '[0-9]{6}') THEN 'prefix'
         WHEN uscc_check(x) <> substr(x, 18, 1) THEN 'check_digit'
         WHEN org_code_fault(substr(x, 9, 9)) IS NOT NULL THEN 'org_check' END;
-- O read as 0 and I as 1 where that alone makes the code valid.
CREATE OR REPLACE MACRO uscc_unconfused(x) AS
    CASE WHEN regexp_matches(x, '[OI]') AND uscc_fault(translate(x, 'OI', '01')) IS NULL THEN translate(x, 'OI', '01') ELSE x END;
-- Old registration numbers: 15 digits, ISO 7064 MOD 11,10. p is the product after the digits so far.
CREATE OR REPLACE MACRO mod_11_10_step(p, d) AS CASE WHEN (p + d) % 10 = 0 THEN 9 ELSE (p + d) % 10 * 2 % 11 END;
CREATE OR REPLACE MACRO reg_no_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(x) <> 15 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]{15}$') THEN 'alphabet'
         WHEN (11 - list_reduce([CAST(substr(x, 1, 1) AS INTEGER), CAST(substr(x, 2, 1) AS INTEGER), CAST(substr(x, 3, 1) AS INTEGER),
            CAST(substr(x, 4, 1) AS INTEGER), CAST(substr(x, 5, 1) AS INTEGER), CAST(substr(x, 6, 1) AS INTEGER),
            CAST(substr(x, 7, 1) AS INTEGER), CAST(substr(x, 8, 1) AS INTEGER), CAST(substr(x, 9, 1) AS INTEGER),
            CAST(substr(x, 10, 1) AS INTEGER), CAST(substr(x, 11, 1) AS INTEGER), CAST(substr(x, 12, 1) AS INTEGER),
            CAST(substr(x, 13, 1) AS INTEGER), CAST(substr(x, 14, 1) AS INTEGER)],
            lambda p, d: mod_11_10_step(p, d), 10)) % 10 <> CAST(substr(x, 15, 1) AS INTEGER) THEN 'check_digit' END;

-- ---------------------------------------------------------------- people without a citizen's number
-- Cards of foreign permanent residents: 18 characters since 2023-12-01, 15 before (judged by their form only).
CREATE OR REPLACE MACRO foreign_card_fault(x, today := NULL) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(x) = 15 THEN CASE WHEN regexp_matches(x, '^[A-Z]{3}[0-9]{12}$') THEN NULL ELSE 'alphabet' END
         WHEN length(x) <> 18 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]{17}[0-9X]$') THEN 'alphabet'
         WHEN substr(x, 1, 1) <> '9' OR NOT is_province(substr(x, 2, 2)) THEN 'prefix'
         ELSE dated_number_fault(x, today) END;
-- Mainland travel permits: of Hong Kong and Macau (H, M), of Taiwan.
CREATE OR REPLACE MACRO travel_permit_fault(x) AS
    CASE WHEN x IS NULL OR regexp_matches(x, '^([HM]([0-9]{8}|[0-9]{10})|[0-9]{8}|[0-9]{10}(\([A-Z]\)|[A-Z])?)$')
         THEN NULL ELSE 'form' END;
CREATE OR REPLACE MACRO passport_fault(x) AS
    CASE WHEN x IS NULL OR regexp_matches(x, '^([EG][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|(SE|DE|PE)[0-9]{7})$')
         THEN NULL ELSE 'form' END;

-- ---------------------------------------------------------------- bank cards, ISO/IEC 7812-1
-- Luhn: counted from the check digit, every second digit is doubled and its digits added. n has 20 digits.
CREATE OR REPLACE MACRO luhn_digit(n, place) AS CAST(substr(n, place, 1) AS INTEGER);
CREATE OR REPLACE MACRO luhn_doubled(n, place) AS luhn_digit(n, place) * 2 // 10 + luhn_digit(n, place) * 2 % 10;
CREATE OR REPLACE MACRO luhn_sum(n) AS
    luhn_doubled(n, 1) + luhn_digit(n, 2) + luhn_doubled(n, 3) + luhn_digit(n, 4) + luhn_doubled(n, 5) + luhn_digit(n, 6) +
    luhn_doubled(n, 7) + luhn_digit(n, 8) + luhn_doubled(n, 9) + luhn_digit(n, 10) + luhn_doubled(n, 11) +
    luhn_digit(n, 12) + luhn_doubled(n, 13) + luhn_digit(n, 14) + luhn_doubled(n, 15) + luhn_digit(n, 16) +
    luhn_doubled(n, 17) + luhn_digit(n, 18) + luhn_doubled(n, 19) + luhn_digit(n, 20);
CREATE OR REPLACE MACRO bank_card_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN length(x) NOT BETWEEN 16 AND 19 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]+$') THEN 'alphabet'
         WHEN luhn_sum(lpad(x, 20, '0')) % 10 <> 0 THEN 'check_digit' END;

-- ---------------------------------------------------------------- electronic licences, GB/T 36904-2018
-- ISO 7064 MOD 37,36 over 0-9 A-Z; p is the product after the characters so far.
CREATE OR REPLACE MACRO mod_37_36_step(p, v) AS (CASE WHEN (p + v) % 36 = 0 THEN 36 ELSE (p + v) % 36 END) * 2 % 37;
CREATE OR REPLACE MACRO mod_37_36(x) AS
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1 + CAST((37 - list_reduce(
        list_transform(string_split(x, ''), lambda c: instr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) - 1),
        lambda p, v: mod_37_36_step(p, v), 36)) % 36 AS INTEGER), 1);
-- The check is over type, issuer, serial and version without dots; the first 15 characters are the national arc.
CREATE OR REPLACE MACRO licence_id_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN NOT starts_with(x, '1.2.156.3005.2.') THEN 'prefix'
         WHEN NOT regexp_matches(substr(x, 16), '^[0-9A-Z]{21}\.[0-9A-Z]{6,18}\.[0-9A-Z]+\.[0-9]{3}\.[0-9A-Z]$') THEN 'form'
         WHEN mod_37_36(replace(substr(x, 16, length(x) - 17), '.', '')) <> right(x, 1) THEN 'check_digit' END;

-- ---------------------------------------------------------------- forms only
CREATE OR REPLACE MACRO phone_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN regexp_matches(x, '^(1[3-9][0-9]{9}|'
            '0(10|2[0-9]|[3-9][0-9]{2})-?[0-9]{7,8}(-[0-9]{1,6})?|[48]00[0-9]{7}|1[0-9]{2,4}|9[0-9]{4,5})$') THEN NULL ELSE 'form' END;
CREATE OR REPLACE MACRO phone_joined(x) AS
    regexp_replace(regexp_replace(x, '[-() ]', '', 'g'), '^(\+86|0086|86)', '', 'g');
-- Mobile numbers without country code, hyphens and blanks; others only without blanks and brackets.
CREATE OR REPLACE MACRO phone(x) AS
    CASE WHEN regexp_matches(phone_joined(x), '^1[3-9][0-9]{9}$') THEN phone_joined(x)
         ELSE nullif(regexp_replace(x, '[() ]', '', 'g'), '') END;
CREATE OR REPLACE MACRO parcel_fault(x) AS
    CASE WHEN x IS NULL THEN NULL WHEN length(x) <> 19 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]{12}[A-Z]{2}[0-9]{5}$') THEN 'form' END;
CREATE OR REPLACE MACRO real_estate_unit_fault(x) AS
    CASE WHEN x IS NULL THEN NULL WHEN length(x) <> 28 THEN 'length'
         WHEN NOT regexp_matches(x, '^[0-9]{12}[A-Z]{2}[0-9]{5}[FLQW][0-9]{8}$') THEN 'form' END;
-- Plates, GA 36-2018: ordinary and new energy, armed police, embassies, consulates, emergency.
CREATE OR REPLACE MACRO plate_fault(x) AS
    CASE WHEN x IS NULL OR regexp_matches(x,
        '^([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]'
            '([A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]|[SX][0-9]{4}应急)|'
        'WJ[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]?[0-9]{4}[A-HJ-NP-Z0-9]|'
        '([0-9]{6}|[0-9]{3}[A-Z]?[0-9]{2,3})使)$') THEN NULL ELSE 'form' END;
CREATE OR REPLACE MACRO industry_fault(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN NOT regexp_matches(x, '^([A-T]|[A-T]?[0-9]{2,4})$') THEN 'form'
         WHEN NOT regexp_matches(x, '^[A-T]$|^A?0[1-5]|^B?(0[6-9]|1[0-2])|^C?(1[3-9]|[23][0-9]|4[0-3])|^D?4[4-6]|^E?(4[7-9]|50)|^F?5[12]|'
            '^G?(5[3-9]|60)|^H?6[12]|^I?6[3-5]|^J?6[6-9]|^K?70|^L?7[12]|^M?7[3-5]|^N?7[6-9]|'
            '^O?8[0-2]|^P?83|^Q?8[45]|^R?(8[6-9]|90)|^S?9[1-6]|^T?97')
            THEN 'section' END;

-- ---------------------------------------------------------------- addresses, GB/T 23705-2009
-- The Python of the same rules is lake/addresses/marks.py: spelling folded, numerals read, a small letter behind each number.
-- Most texts have no sign to put right: those are told apart first.
CREATE OR REPLACE MACRO address_letters(x) AS
    CASE WHEN NOT regexp_matches(x, '[^0-9A-Z#()\x{4E00}-\x{9FFF}-]|[號樓單棟層鎮鄉區縣東莊園零]') THEN x
         ELSE translate(translate(translate(regexp_replace(x,
            '[\x00- \x7f\x{85}\x{a0}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{2064}\x{3000}\x{feff}]+', '', 'g'),
            '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'),
            'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
            '號樓單棟層鎮鄉區縣東莊園—–‐‑−―~_【〔[《】〕]》零ⅠⅡⅢⅣⅤ,。;:.·/\''"“”‘’!?*@&%^=+<>|{}$`', '号楼单栋层镇乡区县东庄园--------(((())))〇12345--------') END;
CREATE OR REPLACE MACRO address_bracketless(x) AS CASE WHEN NOT regexp_matches(x, '[()第]|委会|委员会|街道办事处|^(?:邮编)?[0-9]{6}') THEN x ELSE
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(x
        , '^(?:邮编)?[0-9]{6}([^0-9号-])', '\1', 'g')
        , '\((?:原|旧|曾|近|邻|旁|对面|附近|暂|自)[^()]*\)', '', 'g')
        , '\(([^()]*(?:小区|花园|家园|公寓|社区|苑|园|村|庄|路|街|号|楼|栋|幢|座|单元|室))\)', '\1', 'g')
        , '\([^()]*\)', '', 'g')
        , '[()]+', '', 'g')
        , '社区(?:居民委员会|居委会|村委会)|居民委员会|居委会', '社区', 'g')
        , '村?村(?:民委员会|委会)', '村', 'g')
        , '街道办事处', '街道', 'g')
        , '第([0-9〇一二三四五六七八九十]+)(号|栋|幢|座|楼|单元|层|室|户)', '\1\2', 'g') END;
CREATE OR REPLACE MACRO address_numeral(run) AS translate(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(run
        , '^十', '一十', 'g')
        , '百十', '百一十', 'g')
        , '百([^〇一二三四五六七八九])', '百〇十\1', 'g')
        , '百〇([一二三四五六七八九])', '百〇十\1', 'g')
        , '十([^〇一二三四五六七八九])', '十〇\1', 'g')
        , '([一二三四五六七八九])百([〇一二三四五六七八九])十', '\1\2', 'g')
        , '([一二三四五六七八九])十', '\1', 'g'), '〇一二三四五六七八九', '0123456789');
CREATE OR REPLACE MACRO address_folded(x) AS
    list_transform(list_transform([address_letters(x)], lambda letters: address_bracketless(letters)), lambda folded:
        CASE WHEN regexp_matches(folded, '[〇一二三四五六七八九十百]+(?:号|栋|幢|座|楼|单元|层|室|户|期|区|组|#|-)') THEN list_reduce(
            list_transform(list_sort(list_transform(regexp_extract_all(folded, '[〇一二三四五六七八九十百]+(?:号|栋|幢|座|楼|单元|层|室|户|期|区|组|#|-)'),
                lambda run: {'size': -length(run), 'run': run})), lambda found: found.run),
            lambda text, run: replace(text, run, address_numeral(run)), folded)
        ELSE folded END)[1];
CREATE OR REPLACE MACRO address_counted(x) AS
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(x
        , '([^0-9A-Z-])-+', '\1', 'g')
        , '-+([^0-9A-Z-]|$)', '\1', 'g')
        , '(?:内|门牌号?)([0-9])', '\1', 'g')
        , '([0-9])号(路|街|线|桥|井|矿|巷|胡同)', '\1№\2', 'g')
        , '([0-9A-Z]+)-([0-9A-Z]+)(?:号|#)?单元', '\1b\2u', 'g')
        , '([0-9A-Z]+)(?:号|#)?单元', '\1u', 'g')
        , '([0-9A-Z]+(?:-[0-9]+)?)(?:号住宅楼|号商住楼|号居民楼|号楼|#楼|栋楼|幢楼|号栋|号幢|栋|幢|座)', '\1b', 'g')
        , '([0-9A-Z]+)楼([0-9A-Z]+(?:u|-))', '\1b\2', 'g')
        , '([路街巷道弄村庄里])([0-9]+)#', '\1\2号', 'g')
        , '([0-9A-Z]+)#', '\1b', 'g')
        , '([0-9]+)(?:层|楼)', '\1f', 'g')
        , '([0-9A-Z]+)(?:号室|号房|号户|室|户|房间)', '\1r', 'g')
        , '([bu])-+', '\1', 'g')
        , '([buf])([0-9A-Z]+)号', '\1\2r', 'g')
        , '号附([0-9]+)号?', '附\1号', 'g')
        , '([0-9]+[A-Z]?(?:[-附][0-9]+)*)号(?:大院|院内|院|内)?', '\1d', 'g')
        , 'd-+', 'd', 'g')
        , '([^0-9A-Z路街巷道弄-])([0-9A-Z]+)-([0-9A-Z]+)-([0-9A-Z]+)r?$', '\1\2b\3u\4r', 'g')
        , 'b([0-9A-Z]+)-([0-9A-Z]+)r?$', 'b\1u\2r', 'g')
        , 'd([0-9]+)-([0-9]{3,4})r?$', 'd\1u\2r', 'g')
        , '([^0-9A-Za-z路街巷道弄-])([0-9A-Z]+)-([0-9]{3,4})r?$', '\1\2b\3r', 'g')
        , '([uf])([0-9]{1,4}[A-Z]?)$', '\1\2r', 'g')
        , 'b([0-9]{3,4}[A-Z]?)$', 'b\1r', 'g')
        , '([路街巷道弄村庄里])([0-9]+(?:-[0-9]+)*)$', '\1\2d', 'g')
        , '(^|[^0-9A-Z])0+([0-9])', '\1\2', 'g');
-- The standard form itself takes a short way to the same marks.
CREATE OR REPLACE MACRO address_marked(x) AS
    list_transform([address_folded(x)], lambda folded:
        CASE WHEN regexp_matches(folded, '^[^0-9A-Z#号室单内牌-]*(?:[1-9][0-9]*号(?:[^0-9A-Z#号室单内牌路街线桥井矿巷胡院附内大层户房楼-][^0-9A-Z#号室单内牌-]*)?)?(?:[1-9][0-9]*号楼)?(?:[1-9][0-9]*单元)?(?:[1-9][0-9]*室)?$')
             THEN replace(replace(replace(replace(folded, '号楼', 'b'), '单元', 'u'), '室', 'r'), '号', 'd')
             ELSE address_counted(folded) END)[1];
-- The parts of a marked text, '' for none.
CREATE OR REPLACE MACRO address_names(marks) AS regexp_extract(marks, '^([^a-z]*?)(?:(?:[0-9A-Z]+(?:[-附][0-9A-Z]+)*)?[a-z].*)?$', 1);
CREATE OR REPLACE MACRO address_door(marks) AS regexp_extract(marks, '^[^a-z]*?([0-9]+[A-Z]?(?:[-附][0-9]+)*)d', 1);
CREATE OR REPLACE MACRO address_middle(marks) AS regexp_extract(marks, '^[^a-z]*d([^a-z]*?)(?:[0-9A-Z]+(?:-[0-9]+)?[a-z].*)?$', 1);
CREATE OR REPLACE MACRO address_building(marks) AS regexp_extract(marks, '([0-9A-Z]+(?:-[0-9]+)?)b', 1);
CREATE OR REPLACE MACRO address_unit(marks) AS regexp_extract(marks, '([0-9A-Z]+)u', 1);
CREATE OR REPLACE MACRO address_floor(marks) AS regexp_extract(marks, '([0-9A-Z]+)f', 1);
CREATE OR REPLACE MACRO address_room(marks) AS regexp_extract(marks, '([0-9A-Z]+)r', 1);
CREATE OR REPLACE MACRO address_rest(marks) AS regexp_extract(marks, '[bufr]([^a-z]*)$', 1);

-- 一户一码: the code of a household is its address code and a check digit, ISO 7064 MOD 11,10 as in catalog/standards.
CREATE OR REPLACE MACRO household_code(x) AS
    CASE WHEN regexp_matches(x, '^[0-9]{12,30}$') THEN concat(x, CAST((11 - list_reduce(
        list_transform(string_split(x, ''), lambda d: CAST(d AS INTEGER)),
        lambda p, d: mod_11_10_step(p, d), 10)) % 10 AS VARCHAR)) END;

-- ---------------------------------------------------------------- the lake's own names
-- The moment a batch was delivered, which its id tells in UTC.
CREATE OR REPLACE MACRO batch_moment(x) AS
    timezone('UTC', try_strptime(regexp_extract(x, '-([0-9]{8}t[0-9]{6})-', 1), '%Y%m%dt%H%M%S'));
-- A moment as wall-clock text of China.
CREATE OR REPLACE MACRO china_text(x) AS strftime(timezone('UTC', x) + INTERVAL 8 HOUR, '%Y-%m-%d %H:%M:%S');
