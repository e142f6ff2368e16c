// SPDX-License-Identifier: Apache-2.0
// Invented people and figures for tools/dev-server.mjs; identity numbers start with the unassigned 99.
export const grid = '320508002009001';
const community = '320508002009';
// Names of places are real, every figure is made up: [code, name, level, reached, due, overdue, seen, due].
const tree = [
  ['', '全国', 'nation'],
  ['32', '江苏省', 'province', 702000, 728500, 410, 30100, 32400],
  ['33', '浙江省', 'province', 512300, 528800, 122, 21050, 21900],
  ['42', '湖北省', 'province', 988700, 1090400, 5210, 60010, 71200],
  ['44', '广东省', 'province', 0, 0, 0, 0, 0],
  ['3205', '苏州市', 'city', 402100, 416000, 92, 17600, 18800],
  ['3201', '南京市', 'city', 299900, 312500, 318, 12500, 13600],
  ['4201', '武汉市', 'city', 988700, 1090400, 5210, 60010, 71200],
  ['320508', '姑苏区', 'county', 135616, 140520, 27, 6680, 7018],
  ['320506', '吴中区', 'county', 120400, 123900, 31, 5410, 5800],
  ['320508001', '白洋湾街道', 'township', 10229, 11329, 9, 497, 566],
  ['320508002', '金阊街道', 'township', 22405, 23862, 11, 1104, 1238],
  ['320508003', '平江街道', 'township', 19880, 20412, 2, 981, 1012],
  ['320508004', '吴门桥街道', 'township', 23582, 24137, 3, 1153, 1185],
  ['320508005', '苏锦街道', 'township', 10405, 10650, 0, 505, 519],
  ['320508006', '沧浪街道', 'township', 16733, 17113, 1, 832, 856],
  ['320508007', '虎丘街道', 'township', 15304, 15644, 1, 741, 760],
  ['320508008', '双塔街道', 'township', 17078, 17373, 0, 867, 882],
  ['320508002009', '养育巷社区', 'community', 0, 0, 0, 0, 0],
  ['320508002010', '彩香二村南社区', 'community', 881, 1000, 4, 40, 51],
  ['320508002011', '石路社区', 'community', 894, 1000, 3, 38, 44],
  ['320508002012', '白莲社区', 'community', 902, 1000, 4, 29, 33],
  [grid, '第一网格', 'grid'],
  ['320508002009002', '第二网格', 'grid'],
  ['320508002009003', '第三网格', 'grid'],
].map(([code, name, level, ...figures]) => [code, name, level, figures]);
const kSteps = [15, 12, 9, 6, 4, 2, 0];
const parent_of = (code) =>
  code === ''
    ? undefined
    : code.slice(
        0,
        kSteps.find((n) => n < code.length),
      );
const nodes = new Map(
  tree.map(([code, name, level, figures]) => [
    code,
    { code, name, level, figures, parent: parent_of(code) },
  ]),
);
const step = ({ code, name, level }) => ({ code, name, level });

export function region_view(code) {
  const found = nodes.get(code) ?? nodes.get(community);
  const path = [];
  for (let node = found; node; node = nodes.get(node.parent)) path.unshift(step(node));
  return { ...step(found), path };
}

export const roles = {
  worker: {
    id: '01900000-0000-7000-8000-000000000001',
    name: 'worker',
    display_name: '周敏',
    role: 'grid_worker',
    region: grid,
  },
  officer: {
    id: '01900000-0000-7000-8000-000000000002',
    name: 'officer',
    display_name: '何晓琳',
    role: 'community_officer',
    region: community,
  },
  county: {
    id: '01900000-0000-7000-8000-000000000003',
    name: 'county',
    display_name: '徐卫东',
    role: 'county_officer',
    region: '320508',
  },
  nation: {
    id: '01900000-0000-7000-8000-000000000004',
    name: 'nation',
    display_name: '林静',
    role: 'higher_officer',
    region: '',
  },
  admin: {
    id: '01900000-0000-7000-8000-000000000005',
    name: 'admin',
    display_name: '沈志刚',
    role: 'system_administrator',
    region: '',
  },
  // Comes with a first secret: everything but setting a password is refused.
  newcomer: {
    id: '01900000-0000-7000-8000-000000000006',
    name: 'newcomer',
    display_name: '高蓉',
    role: 'community_officer',
    region: community,
    first: true,
  },
  // Has to set up one-time codes; every code but 000000 is right.
  codes: {
    id: '01900000-0000-7000-8000-000000000007',
    name: 'codes',
    display_name: '吴清',
    role: 'community_officer',
    region: community,
    enrol: true,
  },
};
const staff = [
  ...Object.values(roles).map(({ first, enrol, ...who }) => ({
    ...who,
    state: 'open',
    last_seen: first ? undefined : Date.now() - 3600e3,
  })),
  ...[
    ['李晓东', 'grid_worker', '320508002009002', 'open'],
    ['高蓉', 'grid_worker', '320508002009003', 'open'],
    ['陈建明', 'community_officer', '320508002010', 'open'],
    ['顾文', 'township_officer', '320508002', 'open'],
    ['陆小英', 'grid_worker', grid, 'closed'],
  ].map(([display_name, role, region, state], i) => ({
    id: `01900000-0000-7000-8000-00000000010${i}`,
    name: `staff${i + 1}`,
    display_name,
    role,
    region,
    state,
    last_seen: i === 2 ? undefined : Date.now() - i * 7200e3,
  })),
];
export const accounts = (region = '') => ({
  rows: staff
    .filter((who) => who.region.startsWith(region))
    .map(({ region: code, id, name, display_name, role, state, last_seen }) => ({
      id,
      name,
      display_name,
      role,
      state,
      last_seen,
      region: step(nodes.get(code)),
    })),
});

let seed = 7;
const rand = (n) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor(seed / 65536) % n;
};
const uuid = (n, kind = 1) =>
  `0190${String(kind).padStart(4, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;
const day = (offset) =>
  new Date(Date.now() + 8 * 3600e3 + offset * 86400e3).toISOString().slice(0, 10);
const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const given = ['国', '芳', '敏', '静', '建', '桂英', '小军', '丽', '强', '玉兰'];
const relations = ['head', 'spouse', 'child', 'parent', 'tenant'];

export const buildings = Array.from({ length: 8 }, (_, i) => ({
  id: uuid(i + 1, 2),
  grid: `${community}00${i < 3 ? 1 : i < 6 ? 2 : 3}`,
  name: String(i + 1),
  units: 3,
  floors: 6,
  rooms_per_floor: 2,
}));
const households = [];
for (const building of buildings) {
  for (let unit = 1; unit <= 3; unit += 1)
    for (let floor = 1; floor <= 6; floor += 1)
      for (let r = 1; r <= 2; r += 1) {
        const n = households.length + 1;
        const kind = rand(60);
        const size = kind === 0 ? 0 : 1 + rand(4);
        const surname = surnames[rand(surnames.length)];
        const persons = Array.from({ length: size }, (_, i) => ({
          id: uuid(n * 10 + i, 3),
          name:
            i === 0
              ? `${surname}*${given[rand(given.length)].slice(-1)}`
              : `${surnames[rand(surnames.length)]}*${given[rand(given.length)].slice(-1)}`,
          sex: rand(2) ? 'male' : 'female',
          birth_year: new Date().getFullYear() - (i === 0 ? 40 + rand(45) : 3 + rand(70)),
          relation: relations[Math.min(i, 4)],
          document_kind: 'identity_card',
          document_number: `990***********${String(1000 + rand(9000))}`,
          phone: i === 0 ? `139****${String(1000 + rand(9000))}` : undefined,
          key_groups:
            i === 0 && rand(18) === 0
              ? [
                  {
                    group: ['living_alone_elder', 'chronic_illness', 'returnee', 'pregnant'][
                      rand(4)
                    ],
                    reason: '上门核实',
                    starts_on: day(-5),
                    ends_on: day(9),
                  },
                ]
              : [],
        }));
        const status = kind === 0 ? 'vacant' : kind === 1 ? 'overdue' : kind < 7 ? 'due' : 'done';
        const last =
          status === 'done'
            ? { outcome: 'all_well', at: Date.now() - rand(20) * 600e3 }
            : status === 'overdue'
              ? { outcome: ['not_home', 'refused'][rand(2)], at: Date.now() - 86400e3 }
              : undefined;
        households.push({
          id: uuid(n),
          building,
          unit: String(unit),
          floor,
          room: `${floor}0${r}`,
          state: kind === 0 ? 'vacant' : 'occupied',
          status,
          persons,
          visits: last
            ? [{ visit: uuid(n, 4), by: '周敏', corrected: false, exceptions: [], ...last }]
            : [],
          due_on: status === 'overdue' ? day(-1) : day(0),
        });
      }
}
const find = (id) => households.find((household) => household.id === id);
const ref = (building) => ({ id: building.id, name: building.name });
const last_of = (household) => {
  const visit = [...household.visits].sort((a, b) => b.at - a.at)[0];
  return visit && { visit: visit.visit, outcome: visit.outcome, at: visit.at };
};

let round = {
  region: community,
  id: uuid(1, 5),
  title: '第一轮入户排查',
  starts_on: day(-5),
  due_on: day(0),
  ends_on: day(2),
};

export function doors_view(asked, commit) {
  const mine = households.filter((one) => one.building.grid === asked);
  const counts = { done: 0, due: 0, overdue: 0, vacant: 0 };
  let key_due = 0;
  let key_done = 0;
  for (const one of mine) {
    if (one.status === 'vacant') {
      counts.vacant += 1;
      continue;
    }
    counts.due += 1;
    if (one.status === 'done') counts.done += 1;
    if (one.status === 'overdue') counts.overdue += 1;
    const key = one.persons.filter((person) => person.key_groups.length).length;
    key_due += key;
    if (one.status === 'done') key_done += key;
  }
  return {
    grid: asked,
    grid_name: nodes.get(asked)?.name ?? asked,
    community_name: '养育巷社区',
    round,
    as_of: Date.now(),
    position: { district: 320508, sequence: commit },
    households: counts,
    key_persons: { done: key_done, due: key_due },
    doors: mine.map((one) => ({
      household: one.id,
      building: ref(one.building),
      unit: one.unit,
      floor: one.floor,
      room: one.room,
      state: one.state,
      status: one.status,
      due_on: one.due_on,
      last: last_of(one),
      persons: one.persons.map(({ id, name, sex, birth_year, relation, key_groups }) => ({
        id,
        name,
        sex,
        birth_year,
        relation,
        key_groups: key_groups.map(({ group }) => group),
      })),
    })),
  };
}

export function household_view(id, commit) {
  const one = find(id);
  return (
    one && {
      household: one.id,
      grid: one.building.grid,
      building: ref(one.building),
      unit: one.unit,
      floor: one.floor,
      room: one.room,
      state: one.state,
      phone: '139****1234',
      persons: one.persons,
      district: 320508,
      sequence: commit,
    }
  );
}

const door = (one) => `${one.building.name}幢${one.unit}单元${one.room}室`;
const kPage = 40;
export function visits_of(q) {
  const indicator = q.get('indicator');
  const wanted = (visit) => {
    const on = new Date(visit.at + 8 * 3600e3).toISOString().slice(0, 10);
    if (q.get('day') && indicator !== 'households_reached' && on !== q.get('day')) return false;
    if (indicator === 'households_reached' || indicator === 'key_persons_seen')
      return visit.outcome === 'all_well' || visit.outcome === 'exception';
    return indicator !== 'exceptions' || visit.outcome === 'exception';
  };
  const some = q.get('household')
    ? [find(q.get('household'))].filter(Boolean)
    : q.get('community') === community
      ? households.filter(
          (one) => indicator !== 'key_persons_seen' || one.persons.some((p) => p.key_groups.length),
        )
      : [];
  const all = some
    .flatMap((one) =>
      one.visits.filter(wanted).map((visit) => ({ ...visit, household: one.id, door: door(one) })),
    )
    .sort((a, b) => b.at - a.at);
  const from = Number(q.get('after') ?? 0);
  return {
    rows: all.slice(from, from + kPage),
    next: from + kPage < all.length ? String(from + kPage) : undefined,
  };
}
export function find_person(text) {
  const rows = households.flatMap((one) =>
    one.persons
      .filter(
        (person) =>
          person.name.includes(text[0]) ||
          person.document_number.endsWith(text) ||
          one.room === text,
      )
      .map((person) => ({
        household: one.id,
        person: person.id,
        name: person.name,
        door: door(one),
        number: person.document_number,
        phone: person.phone,
        grid,
      })),
  );
  return { rows: rows.slice(0, 20) };
}
export const people_of_grid = () =>
  households.flatMap((one) => one.persons.filter((person) => person.key_groups.length));

export function building_view(id) {
  const building = buildings.find((one) => one.id === id) ?? buildings[2];
  const mine = households.filter((one) => one.building === building);
  const status = (one) =>
    one.status === 'done'
      ? one.visits.some((v) => v.outcome === 'exception')
        ? 'exception'
        : one.persons.some((p) => p.key_groups.length)
          ? 'care'
          : 'ok'
      : one.status;
  const counts = { ok: 0, due: 0, overdue: 0, exception: 0, care: 0, vacant: 0 };
  for (const one of mine) counts[status(one)] += 1;
  const units = ['1', '2', '3'].map((unit) => ({
    unit,
    floors: [6, 5, 4, 3, 2, 1].map((floor) => ({
      floor,
      rooms: mine
        .filter((one) => one.unit === unit && one.floor === floor)
        .map((one) => ({
          household: one.id,
          room: one.room,
          status: status(one),
          persons: one.persons.length,
          last: last_of(one),
        })),
    })),
  }));
  return {
    building: ref(building),
    units,
    counts: Object.entries(counts).map(([name, count]) => ({ status: name, count })),
    as_of: Date.now(),
  };
}

const cut_offs_taken = new Map();
export const cut_offs = (region) => ({
  rows: [...cut_offs_taken.values()]
    .filter((one) => one.board.region.code === region)
    .map(({ board: shown, by, id }) => ({
      id,
      name: shown.cut_off.name,
      at: shown.cut_off.at,
      by,
      positions_count: 1,
    })),
});

function figures_of(code) {
  const grids = tree.filter(([c, , level]) => level === 'grid' && c.startsWith(code));
  const made_up = nodes.get(code)?.figures ?? [];
  if (code.length >= 12 && grids.length > 0) {
    const sums = { reached: 0, due: 0, vacant: 0, overdue: 0, seen: 0, key_due: 0 };
    for (const [c] of grids) {
      const { households: h, key_persons: k } = doors_view(c, 0);
      sums.reached += h.done;
      sums.due += h.due;
      sums.vacant += h.vacant;
      sums.overdue += h.overdue;
      sums.seen += k.done;
      sums.key_due += k.due;
    }
    return of_numbers(sums.reached, sums.due, sums.overdue, sums.seen, sums.key_due, sums.vacant);
  }
  if (made_up.length === 0) {
    const below = tree.filter(([c]) => c !== '' && parent_of(c) === code);
    const sum = [0, 0, 0, 0, 0];
    for (const [, , , figures] of below) figures.forEach((n, i) => (sum[i] += n));
    return of_numbers(...sum);
  }
  return of_numbers(...made_up);
}
const of_numbers = (reached, due, overdue, seen, key_due, vacant = 0) => ({
  households: { reached, due, vacant, missing: due - reached, overdue },
  key_persons: { seen, due: key_due, missing: key_due - seen },
});

export function board(code, q = new URLSearchParams()) {
  const stored = cut_offs_taken.get(q.get('cut_off') ?? '');
  if (stored) return stored.board;
  const region = region_view(code);
  const children = tree.filter(([c]) => c !== '' && parent_of(c) === region.code);
  const whole = figures_of(region.code);
  const { reached, due } = whole.households;
  const asked = q.get('day');
  const at = asked ? Date.parse(`${asked}T15:59:59Z`) : Date.now();
  return {
    region,
    cut_off: { name: asked ?? day(0), at, positions_count: 1 },
    ...whole,
    trend: Array.from({ length: 7 }, (_, i) => ({
      day: day(i - 6),
      reached: Math.floor(reached * (0.76 + i * 0.04)),
      due,
    })),
    rows: children.map(([child, name, level], i) => ({
      code: child,
      name,
      level,
      communities:
        tree.filter(([c, , l]) => l === 'community' && c.startsWith(child)).length || 14 + i,
      ...figures_of(child),
      updated_at:
        child === '44'
          ? undefined
          : Date.now() - (i === 0 && child.length === 9 ? 5 * 3600e3 : i * 60e3),
    })),
  };
}

export const indicators = () => ({
  rows: [
    ['households_registered', '登记户数', 'Households registered', 'households'],
    ['persons_registered', '登记人数', 'Persons registered', 'persons'],
    [
      'households_reached',
      '已排查户数',
      'Households reached',
      'households',
      'households_registered - households_vacant',
    ],
    ['households_vacant', '空置户数', 'Households vacant', 'households', 'households_registered'],
    ['key_persons_due', '应监测重点人数', 'Key persons due', 'persons'],
    ['key_persons_seen', '已监测重点人数', 'Key persons seen', 'persons', 'key_persons_due'],
    ['visits', '走访次数', 'Visits', 'visits'],
    ['exceptions', '异常人数', 'Exceptions', 'persons'],
  ].map(([indicator, title, title_en, unit, denominator]) => ({
    indicator,
    title,
    title_en,
    unit,
    ...(denominator ? { denominator } : {}),
  })),
});

export function find_regions(text, under) {
  return {
    rows: tree
      .filter(
        ([code, name]) =>
          code !== '' && code.startsWith(under) && (name.includes(text) || code.startsWith(text)),
      )
      .slice(0, 20)
      .map(([code]) => region_view(code)),
  };
}
export const children_of = (code) => ({
  region: region_view(code),
  children: tree
    .filter(([c]) => c !== '' && parent_of(c) === code)
    .map(([c, name, level]) => ({ code: c, name, level, has_children: level !== 'grid' })),
});

// A roster of 2,150 rows, whatever file was sent.
const why = [
  ['1幢2单元301室', '赵*', '999***********0018', '证件号', '末位 8', '校验位应是 7', '核对后改'],
  ['2幢1单元502室', '孙*华', '999***********023', '证件号', '17 位', '少 1 位', '补一位'],
  ['3幢2单元701室', '周*', '999***********0020', '门牌', '701', '3幢只有 6 层', '核对门牌'],
  ['4幢3单元202室', '吴*英', '999***********0026', '手机', '10 位', '手机要 11 位', '补一位'],
  ['6幢1单元402室', '郑*', '999***********0013', '出生日期', '2月30日', '没有这一天', '按证件填'],
  ['', '冯*梅', '999***********005X', '门牌', '', '不知道住哪', '填上门牌'],
];
export const trial = () => ({
  digest: 'a'.repeat(64),
  rows: 2150,
  importable: 2104,
  changed: 38,
  errors_total: 15,
  duplicates_total: 31,
  columns_ignored: ['备用电话'],
  errors: Array.from({ length: 15 }, (_, i) => {
    const [at, name, number, field, written, reason, advice] = why[i % why.length];
    return { row: 27 + i * 61, door: at, name, number, field, written, why: reason, advice };
  }),
  duplicates: [
    [58, '证件号一样', '钱*珍，5幢1单元302室，尾号 5521', '钱*珍，5幢1单元302室，没有电话'],
    [103, '证件号一样，门牌不同', '王*，3幢2单元501室，31 岁', '王*，8幢1单元201室，31 岁'],
    [214, '同一户，电话一样', '李*东，2幢2单元402室', '李*冬，2幢2单元402室'],
  ].map(([row, kind, existing, fresh]) => ({ row, kind, existing, new: fresh })),
});

// The effect of a command, as far as the screens need it. Returns a refusal or nothing.
export function apply(command, who, commit) {
  const { type, body } = command;
  if (type.endsWith('_visit')) {
    const one = find(body.household);
    if (!one) return { name: 'household_unknown', title: '没有这一户', detail: '请刷新名单后再试' };
    const kept = one.visits.filter((visit) => visit.visit !== body.visit);
    one.visits = [
      ...kept,
      {
        visit: body.visit,
        outcome: body.outcome,
        at: command.occurred_at,
        by: who.display_name,
        corrected: kept.length < one.visits.length,
        exceptions: body.exceptions ?? [],
        note: body.note,
      },
    ];
    one.status =
      { all_well: 'done', exception: 'done', vacant: 'vacant' }[body.outcome] ??
      (one.status === 'done' ? 'due' : one.status);
  } else if (type === 'residents.add_household') {
    households.push({
      id: body.id,
      building: buildings.find((b) => b.id === body.building) ?? buildings[0],
      unit: body.unit,
      floor: body.floor,
      room: body.room,
      state: body.state,
      status: 'due',
      persons: [],
      visits: [],
      due_on: day(0),
    });
  } else if (type === 'residents.correct_household') {
    Object.assign(
      find(body.household) ?? {},
      Object.fromEntries(
        ['unit', 'floor', 'room', 'state']
          .filter((k) => body[k] !== undefined)
          .map((k) => [k, body[k]]),
      ),
    );
  } else if (type === 'residents.add_person') {
    find(body.household)?.persons.push({
      ...body,
      name: `${body.name[0]}*${body.name.slice(-1)}`,
      key_groups: [],
      birth_year: Number(body.birth_date?.slice(0, 4)) || undefined,
    });
  } else if (type === 'residents.add_key_group') {
    for (const one of households)
      for (const person of one.persons)
        if (person.id === body.person) person.key_groups.push({ ...body });
  } else if (type === 'residents.end_key_group') {
    for (const one of households)
      for (const person of one.persons)
        if (person.id === body.person)
          person.key_groups = person.key_groups.filter(({ group }) => group !== body.group);
  }
  if (type === 'screening.start_round') {
    if (body.due_on < body.starts_on || body.ends_on < body.due_on)
      return {
        name: 'round_dates_reversed',
        title: '日期前后反了',
        detail: '开始、应完成、结束要依次往后',
      };
    round = { ...body };
  } else if (type === 'screening.end_round') {
    round = undefined;
  } else if (type === 'reporting.take_cut_off') {
    if (cut_offs(body.region).rows.some(({ name }) => name === body.name))
      return {
        name: 'cut_off_exists',
        title: '这个时点名称已经用过',
        detail: '请换一个名称，原来的数字不会变',
      };
    const shown = board(body.region);
    shown.cut_off = { ...shown.cut_off, name: body.name };
    cut_offs_taken.set(command.id, { id: command.id, board: shown, by: who.display_name });
  } else if (type.startsWith('accounts.')) {
    const one = staff.find(({ id }) => id === body.account);
    if (type === 'accounts.open') {
      if (staff.some(({ name }) => name === body.name))
        return { name: 'account_exists', title: '这个账号名已经有人用', detail: '请换一个' };
      staff.push({ ...body, id: body.account, state: 'open' });
    } else if (type === 'accounts.move') {
      Object.assign(one, { role: body.role, region: body.region });
    } else if (type === 'accounts.close') {
      one.state = 'closed';
    }
  }
  return commit < 0 ? { name: 'internal', title: '', detail: '' } : undefined;
}
