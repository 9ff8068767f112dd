"""What the four companies of the festival are called about: products with their weight, talk time and service level."""

from __future__ import annotations

from dataclasses import dataclass

from rexian.drill.rehearsal.scenario import Title


@dataclass(frozen=True, slots=True)
class Product:
    """A queue and the skill of the same name. `weight`: its part of the company's contacts."""

    tenant: str
    family: str
    key: str
    title: Title
    weight: int
    talk_s: int
    service_level_s: int
    launch: int  # its part of the contacts that the launch brings

    @property
    def queue_id(self) -> str:
        return f"{self.tenant}/{self.key}"

    @property
    def skill(self) -> str:
        return f"product:{self.key}"


TENANTS: dict[str, tuple[int, Title]] = {
    "yunshan": (32, Title("云杉智能", "Yunshan Devices")),
    "jianglan": (20, Title("江岚供电服务热线", "Jianglan Power Hotline")),
    "xingqiao": (28, Title("星桥电信", "Xingqiao Telecom")),
    "anhe": (20, Title("安和保险", "Anhe Insurance")),
}
"""Parts of an ordinary day's contacts, and names."""

# tenant, family: key, Chinese, English, weight, talk s, service level s, weight in the launch
_TABLE = """
yunshan phone
  x9 星河 X9 手机|Xinghe X9 phone|14|150|20|40
  x8 星河 X8 手机|Xinghe X8 phone|12|160|20|6
  fold 折叠屏手机|Folding phone|6|170|20|8
  se 青春版手机|Youth phone|8|140|20|3
  tablet 平板电脑|Tablets|5|160|20|2
  watch 手表与手环|Watches and bands|5|140|20|3
  buds 耳机|Earphones|4|120|20|2
yunshan home
  speaker 智能音箱|Smart speakers|4|150|20|1
  lock 智能门锁|Smart locks|6|170|20|1
  camera 摄像头|Cameras|5|160|20|1
  vacuum 扫地机器人|Robot vacuums|5|170|20|1
  router 家用路由器|Home routers|6|180|20|1
  tv 电视|Televisions|4|160|20|1
yunshan order
  order 订单与发货|Orders and delivery|16|110|20|24
  reserve 新品预约|Launch reservations|6|100|20|30
  tradein 以旧换新|Trade-in|5|150|20|10
  repair 维修|Repairs|10|190|20|1
  warranty 保修与退换|Warranty and returns|9|180|20|2
jianglan grid
  outage 停电报修|Power outages|26|130|15|0
  hazard 线路隐患|Line hazards|6|140|15|0
  meter 电表|Meters|10|150|20|0
  charging 充电桩|Car charging|9|160|20|0
  solar 光伏并网|Solar power|4|200|30|0
jianglan account
  bill 电费账单|Electricity bills|24|140|20|0
  prepaid 预付费购电|Prepaid power|12|110|20|0
  connection 新装与增容|New connections|9|190|30|0
  business 企业用电|Business customers|6|210|30|0
  tariff 峰谷电价|Tariffs|6|150|20|0
xingqiao mobile
  plan 手机与套餐|Mobile and plans|22|150|20|4
  sim 补卡与实名|SIM cards and identity|12|130|20|3
  porting 携号转网|Number porting|6|180|20|1
  roaming 国际漫游|Roaming|5|150|20|0
  data 流量与网速|Data and speed|10|140|20|1
  esim eSIM 开通|eSIM|4|160|20|3
xingqiao fixed
  broadband 宽带报修|Broadband repair|18|180|20|0
  install 装机移机|Installation|9|150|20|0
  iptv 电视盒子|TV boxes|6|150|20|0
  fibre 全屋光纤|Fibre in every room|4|180|30|0
xingqiao account
  billing 话费查询|Phone bills|14|120|20|0
  dispute 账单争议|Billing disputes|8|220|30|0
  points 积分商城|Reward points|4|110|20|1
  cloud 云与专线|Cloud and leased lines|3|230|30|0
anhe claim
  motor 车险理赔|Motor claims|20|200|15|0
  health 医疗险理赔|Health claims|16|210|20|0
  travel 旅行险理赔|Travel claims|5|190|20|0
  screen 碎屏险|Screen insurance|8|140|20|6
  property 家财险理赔|Home claims|4|210|20|0
anhe policy
  policy 保单变更|Policy changes|16|160|20|0
  renewal 续保|Renewals|14|140|20|0
  refund 退保退费|Cancellations and refunds|7|190|20|0
  quote 投保咨询|Quotes|10|170|20|2
"""


def _read() -> tuple[Product, ...]:
    found: list[Product] = []
    tenant = family = ""
    for line in _TABLE.strip().splitlines():
        if not line.startswith(" "):
            tenant, family = line.split()
            continue
        key, rest = line.strip().split(" ", 1)
        chinese, english, *numbers = rest.split("|")
        weight, talk_s, service_level_s, launch = map(int, numbers)
        title = Title(chinese, english)
        found.append(Product(tenant, family, key, title, weight, talk_s, service_level_s, launch))
    return tuple(found)


PRODUCTS = _read()

FAMILIES: dict[tuple[str, str], Title] = {
    ("yunshan", "phone"): Title("手机组", "Phone team"),
    ("yunshan", "home"): Title("家居组", "Home team"),
    ("yunshan", "order"): Title("订单与售后组", "Orders and service team"),
    ("jianglan", "grid"): Title("抢修受理组", "Outage desk"),
    ("jianglan", "account"): Title("营业受理组", "Customer desk"),
    ("xingqiao", "mobile"): Title("移动业务组", "Mobile team"),
    ("xingqiao", "fixed"): Title("宽带组", "Broadband team"),
    ("xingqiao", "account"): Title("账务组", "Accounts team"),
    ("anhe", "claim"): Title("理赔组", "Claims team"),
    ("anhe", "policy"): Title("保单组", "Policy team"),
}
SHARED = "team:shared"
PARTNERS: dict[str, Title] = {
    "partner:haitong": Title("合作方·海通服务", "Partner Haitong Services"),
    "partner:lanqiao": Title("合作方·蓝桥外呼", "Partner Lanqiao Contact"),
}


def team_id(tenant: str, family: str) -> str:
    return f"team:{tenant}/{family}"


def titles() -> dict[str, Title]:
    """The names of tenants, queues and teams by id."""
    named = {key: title for key, (_, title) in TENANTS.items()}
    named |= {product.queue_id: product.title for product in PRODUCTS}
    named |= {team_id(tenant, family): title for (tenant, family), title in FAMILIES.items()}
    return named | PARTNERS | {SHARED: Title("共享组", "Shared team")}
