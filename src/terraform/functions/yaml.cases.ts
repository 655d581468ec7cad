import { type FunctionCase, fails, failsInOtherWords, gives, set } from './function-case.ts';

/** What Terraform 1.11.4 makes of each of these calls. */
export const yamlCases: FunctionCase[] = [
  gives(
    'yamlencode',
    [{ b: 1, a: [null, true, 1.5, 'x'], c: {}, d: [], e: { f: { g: ['h', { i: 1, j: [1, 2] }] } } }],
    '"a":\n- null\n- true\n- 1.5\n- "x"\n"b": 1\n"c": {}\n"d": []\n"e":\n  "f":\n    "g":\n    - "h"\n    - "i": 1\n      "j":\n      - 1\n      - 2\n',
  ),
  gives('yamlencode', ['multi\nline'], '|-\n  multi\n  line\n'),
  gives(
    'yamlencode',
    [
      {
        a: 'multi\nline\n',
        b: ' lead\nx',
        c: 'tail \nx',
        d: 'a\n\nb\n\n',
        e: 'x\ty\nz',
        f: '\n',
        g: 'a\r\nb',
        h: 'é\nx',
      },
    ],
    '"a": |\n  multi\n  line\n"b": |2-\n   lead\n  x\n"c": "tail \\nx"\n"d": |+\n  a\n\n  b\n\n"e": "x\\ty\\nz"\n"f": |2+\n\n"g": "a\\r\\nb"\n"h": |-\n  é\n  x\n',
  ),
  gives('yamlencode', ['é\u0007"\\ \t x'], '"é\\a\\"\\\\ \\t x"\n'),
  gives('yamlencode', [[]], '[]\n'),
  gives('yamlencode', [{}], '{}\n'),
  gives('yamlencode', [''], '""\n'),
  gives('yamlencode', [null], 'null\n...\n'),
  gives('yamlencode', [true], 'true\n...\n'),
  gives('yamlencode', [1e21], '1000000000000000000000\n...\n'),
  gives(
    'yamlencode',
    [[[1, [2]], { a: [{ b: 1, c: 2 }] }]],
    '- - 1\n  - - 2\n- "a":\n  - "b": 1\n    "c": 2\n',
  ),
  gives('yamlencode', [['a\nb', ['c\nd']]], '- |-\n  a\n  b\n- - |-\n    c\n    d\n'),
  gives(
    'yamlencode',
    [{ a: ['x\ny'], b: { c: 'x\ny' } }],
    '"a":\n- |-\n  x\n  y\n"b":\n  "c": |-\n    x\n    y\n',
  ),
  gives(
    'yamlencode',
    [{ 'a b': 1, é: 2, '1': 3, 'x\ny': 4 }],
    '"1": 3\n"a b": 1\n? |-\n  x\n  y\n: 4\n"é": 2\n',
  ),
  gives('yamlencode', ['👍 \u0085 \u2028 \ufeff \u00a0'], '"\\U0001F44D \\N \\L \\uFEFF \u00a0"\n'),
  gives(
    'yamlencode',
    [
      'a very long string that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on',
    ],
    '"a very long string that goes on and on and on and on and on and on and on and on\n  and on and on and on and on and on and on"\n',
  ),
  gives(
    'yamlencode',
    [
      'a very long string that goes on and on\n and on and on and on and on and on and on and on and on and on and on and on and on and on',
    ],
    '|-\n  a very long string that goes on and on\n   and on and on and on and on and on and on and on and on and on and on and on and on and on\n',
  ),
  gives(
    'yamlencode',
    [
      {
        a: 'long long long long long long long long long long long long long long long long long long long end',
        b: [
          'long long long long long long long long long long long long long long long long long long long end  x',
          {
            c: 'long long long long long long long long long long long long long long long long long long long end  x',
          },
        ],
      },
    ],
    '"a": "long long long long long long long long long long long long long long long long\n  long long long end"\n"b":\n- "long long long long long long long long long long long long long long long long\n  long long long end  x"\n- "c": "long long long long long long long long long long long long long long long\n    long long long long end  x"\n',
  ),
  gives(
    'yamlencode',
    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx yyy  zzz'],
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  yyy  zzz"\n',
  ),
  gives(
    'yamlencode',
    [
      {
        'long long long long long long long long long long long long long long long long long long long end': 1,
      },
    ],
    '"long long long long long long long long long long long long long long long long long long long end": 1\n',
  ),
  gives(
    'yamlencode',
    [
      {
        kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk:
          { a: 1 },
      },
    ],
    '? "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"\n: "a": 1\n',
  ),
  gives('yamlencode', ['a\n b\n\n  c'], '|-\n  a\n   b\n\n    c\n'),
  gives('yamlencode', ['\na'], '|2-\n\n  a\n'),
  gives('yamlencode', ['a\n\n'], '|+\n  a\n\n'),
  gives('yamlencode', ['\n\n'], '|2+\n\n\n'),
  gives('yamlencode', [['x\n\n', 1]], '- |+\n  x\n\n- 1\n'),
  gives('yamlencode', ['a \n'], '"a \\n"\n'),
  gives('yamlencode', ['a\n '], '"a\\n "\n'),
  gives('yamlencode', ['a\n👍'], '"a\\n\\U0001F44D"\n'),
  gives('yamlencode', [set('b', 'a')], '- "a"\n- "b"\n'),
  gives('yamlencode', [-0.001], '-0.001\n...\n'),
  gives('yamlencode', [[{}, [], null, [null]]], '- {}\n- []\n- null\n- - null\n'),
  gives('yamlencode', [[{ a: [] }, { b: {} }]], '- "a": []\n- "b": {}\n'),
  gives(
    'yamlencode',
    [{ a: true, b: 'true', c: '1', d: null }],
    '"a": true\n"b": "true"\n"c": "1"\n"d": null\n',
  ),
  gives('yamlencode', ['\u001b\u007f\u0001\u0080\ue000�\ud7ff'], '"\\e\\x7F\\x01\\x80\ue000�\ud7ff"\n'),
  gives('yamldecode', ['a: 1\nb: [x, true, null, ~]\nc: {d: yes}'], {
    a: 1,
    b: ['x', true, null, null],
    c: { d: true },
  }),
  gives(
    'yamldecode',
    ['[0x1f, 0o17, 017, 0b11, 1_000, 1.5e3, +1, 1., 1e3, -0x1f, +.5, 1e, 00, 0x, 0o8]'],
    [31, 15, 17, '0b11', '1_000', 1500, 1, 1, 1000, '-0x1f', 0.5, '1e', 0, '0x', '0o8'],
  ),
  gives(
    'yamldecode',
    ['[yes, True, on, n, y, off, TRUE, tRue, no, False]'],
    [true, true, true, false, true, false, true, 'tRue', false, false],
  ),
  gives('yamldecode', ["[~, null, Null, NULL, nULL, '', ]"], [null, null, null, null, 'nULL', '']),
  gives(
    'yamldecode',
    [
      '[2001-01-01, 2001-1-1, 2001-12-14T21:59:43.10-05:00, 2001-01-01 10:00:00, 2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43.10 -5, 2001-02-30, 12:30:45]',
    ],
    [
      '2001-01-01T00:00:00Z',
      '2001-01-01T00:00:00Z',
      '2001-12-14T21:59:43-05:00',
      '2001-01-01T10:00:00Z',
      '2001-12-14T21:59:43-05:00',
      '2001-12-14 21:59:43.10 -5',
      '2001-02-30',
      '12:30:45',
    ],
  ),
  gives('yamldecode', ['a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2'], {
    a: { b: 1 },
    c: { b: 1 },
    d: { b: 1, e: 2 },
  }),
  gives('yamldecode', ['a: 1\na: 2'], { a: 2 }),
  gives('yamldecode', ['a: 1\n<<: {a: 2}'], { a: 2 }),
  gives('yamldecode', ['1: x\ntrue: y\n1.5: z'], { '1': 'x', '1.5': 'z', true: true }),
  gives(
    'yamldecode',
    ["- a\n- 'b''c'\n- \"d\\n\"\n- |\n  lit\n  x\n- >-\n  fold\n  ed"],
    ['a', "b'c", 'd\n', 'lit\nx\n', 'fold ed'],
  ),
  gives('yamldecode', ['a: |+\n  x\n\nb: >\n  y\n  z\n'], { a: 'x\n\n', b: 'y z\n' }),
  gives(
    'yamldecode',
    ['[!!str 1, !!binary aGVsbG8=, !!float 1, !!bool yes, !!timestamp 2001-01-01, !!int "3", !!null \'\']'],
    ['1', 'aGVsbG8=', 1, true, '2001-01-01T00:00:00Z', '3', ''],
  ),
  gives('yamldecode', ['- !!map {a: 1}\n- !!seq [1]\n- !!str\n'], [{ a: 1 }, [1], '']),
  gives('yamldecode', ['{a, b: 1}'], { a: null, b: 1 }),
  gives('yamldecode', ['a:\n- 1\n- 2\nb:\n'], { a: [1, 2], b: null }),
  gives('yamldecode', ['~'], null),
  gives('yamldecode', ['"1"'], '1'),
  gives('yamldecode', ['---\n...\n'], null),
  gives('yamldecode', ['é: 👍 # c'], { é: '👍' }),
  gives('yamldecode', ['? a\n: b'], { a: 'b' }),
  gives('yamldecode', ['a: \'x\n\n  y\'\nb: "x\\\n  y"'], { a: 'x\ny', b: 'xy' }),
  gives('yamldecode', ['"<<": {a: 1}'], { a: 1 }),
  gives('yamldecode', ['{"json": [1, "x", null]}'], { json: [1, 'x', null] }),
  fails(
    'yamldecode',
    [''],
    'Call to function "yamldecode" failed: on line 1, column 1: missing start of document.',
  ),
  fails(
    'yamldecode',
    ['# only'],
    'Call to function "yamldecode" failed: on line 1, column 1: missing start of document.',
  ),
  fails('yamldecode', ['!foo 1'], 'Call to function "yamldecode" failed: unsupported tag "!foo".'),
  fails('yamldecode', ['*x'], 'Call to function "yamldecode" failed: reference to undefined anchor "x".'),
  fails('yamldecode', ['null: x'], 'Call to function "yamldecode" failed: mapping key cannot be null.'),
  fails(
    'yamldecode',
    ['[1]: x'],
    'Call to function "yamldecode" failed: only strings are allowed as mapping keys.',
  ),
  fails(
    'yamldecode',
    ['a: !!set {x, y}'],
    'Call to function "yamldecode" failed: can\'t interpret mapping as tag:yaml.org,2002:set.',
  ),
  fails(
    'yamldecode',
    ['&a [*a]'],
    'Call to function "yamldecode" failed: cannot refer to anchor "a" from inside its own definition.',
  ),
  fails(
    'yamldecode',
    ['!!int x'],
    'Call to function "yamldecode" failed: cannot parse "x" as tag:yaml.org,2002:int.',
  ),
  fails(
    'yamldecode',
    ['!!timestamp x'],
    'Call to function "yamldecode" failed: cannot parse "x" as tag:yaml.org,2002:timestamp.',
  ),
  fails(
    'yamldecode',
    ['a: !!binary "x y"'],
    'Call to function "yamldecode" failed: cannot parse "x y" as tag:yaml.org,2002:binary: not valid base64.',
  ),
  fails('yamldecode', ['<<: 1'], 'Call to function "yamldecode" failed: cannot merge number into mapping.'),
  fails(
    'yamldecode',
    ['<<: [{a: 1},{a: 2, b: 3}]\nb: 4'],
    'Call to function "yamldecode" failed: cannot merge tuple into mapping.',
  ),
  fails(
    'yamldecode',
    ['a: .nan'],
    'Call to function "yamldecode" failed: floating point NaN is not supported.',
  ),
  failsInOtherWords('yamldecode', ['{a: 1']),
  failsInOtherWords('yamldecode', ['a: b: c']),
  failsInOtherWords('yamldecode', ['---\na\n---\nb']),
  failsInOtherWords('yamldecode', ['\tx']),
  fails('yamldecode', [null], 'Invalid value for "src" parameter: argument must not be null.'),
  gives(
    'yamlencode',
    [
      {
        kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk:
          { a: 1, b: [1] },
        'x\ny': [1, { a: 2, b: 'z\n' }],
        'z\nz': 'q\nr',
      },
    ],
    '? "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"\n: "a": 1\n  "b":\n  - 1\n? |-\n  x\n  y\n: - 1\n  - "a": 2\n    "b": |\n      z\n? |-\n  z\n  z\n: |-\n  q\n  r\n',
  ),
];
